import { createRuntime, type Fact, plan, type RunHandle, SimulatedClock } from 'dagmar'
import { BehaviorSubject, defer, Observable, ReplaySubject, switchMap } from 'rxjs'
import { noTasks } from '../../src/events/task-view.ts'
import type { Job, Jobs } from '../../src/jobs/client/jobs.ts'
import type { JobDetails, JobStatus, JobSummary } from '../../src/jobs/job.ts'

type Tasks = Parameters<typeof plan>[0]['tasks']

/** A job whose run is in this process, as its supervisor would tell of it. */
export function fakeJob(tasks: Tasks, { id = '261126-113754-a2f5', name = 'release' } = {}) {
  const clock = new SimulatedClock(1_000_000)
  const runtime = createRuntime({ clock })
  let run: RunHandle | undefined
  let ended: Partial<JobSummary> | undefined
  /** Replays what there is of the run, whenever that begins. */
  const runs = new ReplaySubject<RunHandle>(1)
  const gone = new ReplaySubject<void>(1)
  const asked: unknown[] = []
  const connected$ = new BehaviorSubject(true)
  let watchers = 0

  const statusNow = (): JobStatus => {
    if (ended?.status !== undefined) return ended.status
    return run === undefined ? 'dispatched' : run.view().status
  }
  const summaryNow = (): JobSummary => {
    const view = run?.view()
    return {
      id,
      name,
      project: 'project',
      labels: {},
      status: statusNow(),
      total: Object.keys(tasks).length,
      counts: view?.counts ?? fakeCounts(Object.keys(tasks).length),
      progress: 0,
      message: '',
      dispatchedAt: 1_000_000,
      place: 1,
      ...waits,
      ...ended,
    }
  }
  let waits: Partial<JobSummary> = {}
  const list = new BehaviorSubject<readonly JobSummary[]>([])
  const changed = (): void => list.next([summaryNow()])
  changed()
  const started = (): RunHandle => {
    if (run === undefined) throw new Error('the job has not started')
    return run
  }
  const job: Job = {
    id,
    details: async (): Promise<JobDetails> => ({ ...summaryNow(), tasks: [], pid: 1, folder: '/nowhere' }),
    events: ({ from = 1 } = {}) =>
      defer(() => {
        watchers++
        return new Observable<Fact>((observer) => {
          const inner = runs
            .pipe(switchMap((one) => one.events({ from, until: 'settled' })))
            .subscribe(observer)
          inner.add(gone.subscribe(() => observer.complete()))
          // The run is the only one there will be.
          inner.add(runs.subscribe((one) => void one.result.then(() => observer.complete())))
          inner.add(() => watchers--)
          return inner
        })
      }),
    view: async () => run?.view(),
    why: async (taskId) => started().why(taskId),
    story: async (taskId) => started().story(taskId),
    kill: async (taskId, options) => {
      asked.push(['kill', taskId, options?.reason])
      await started().kill(taskId, options)
    },
    pause: async () => started().pause(),
    resume: async () => started().resume(),
    drain: async () => started().drain(),
    redrive: async (taskId) => void started().redrive(taskId),
    answer: async (taskId, answer) => {
      asked.push(['answer', taskId, answer])
      started().answer(taskId, answer)
    },
    settled: async () => {
      await started().result
      return summaryNow()
    },
    remove: async () => undefined,
  }
  return {
    clock,
    job,
    jobs: { jobs$: () => list, connected$ } satisfies Pick<Jobs, 'jobs$' | 'connected$'>,
    connected$,
    asked,
    get watchers() {
      return watchers
    },
    get run() {
      return started()
    },
    /** Changes what it waits for. */
    wait: (how: Partial<JobSummary>): void => {
      waits = how
      changed()
    },
    start: (): void => {
      waits = {}
      run = runtime.dispatch(plan({ name, tasks }), { id })
      runs.next(run)
      changed()
    },
    /** Ends it although it has no run. */
    endUnstarted: (how: Partial<JobSummary>): void => {
      ended = how
      changed()
      gone.next()
    },
  }
}

export type FakeJob = ReturnType<typeof fakeJob>

/** Where all tasks of a job are that has not started. */
export function fakeCounts(pending: number): JobSummary['counts'] {
  return { ...noTasks(), pending }
}
