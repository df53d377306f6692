import manifest from '../../../package.json' with { type: 'json' }
import { asError } from '../../errors/foreign-value.ts'
import { knock } from '../../jobs/client/reach-supervisor.ts'
import { openHome } from '../../jobs/home.ts'
import { secretNames } from '../../jobs/spool/secret-names.ts'
import { type Supervisor, startSupervisor } from '../../jobs/supervisor/supervisor.ts'
import type { JobsConfiguration } from '../../plan-file/read-configuration.ts'
import { agentsOf } from '../run/agents-for.ts'
import { configurationFile } from '../run/configuration-file.ts'
import { notifyOfJobs } from './notify-of-jobs.ts'

/** How long one that is leaving may take. */
const patienceMs = 15_000
const lookMs = 100

/** Kept of the output of an attempt in one file, and as much of what came before. */
const defaultLogBytes = 16 * 1024 * 1024

/** Runs the jobs of the state directory until it is told to stop, or has nothing to do. Resolves with the exit code. */
export async function runSupervisor(env: NodeJS.ProcessEnv = process.env): Promise<number> {
  // What it makes is the user's alone; the commands of a job get the umask of its dispatch.
  process.umask(0o077)
  const home = openHome()
  const file = configurationFile(env)
  const { notify, agents, jobs } =
    file === undefined
      ? { notify: [], agents: [], jobs: {} as JobsConfiguration }
      : await (await import('../../plan-file/read-configuration.ts')).readConfiguration(file)
  const options = {
    home,
    version: manifest.version,
    logBytes: jobs.logBytes ?? defaultLogBytes,
    ...(jobs.concurrency === undefined ? {} : { concurrency: jobs.concurrency }),
    ...(jobs.pools === undefined ? {} : { pools: jobs.pools }),
    ...(await agentsOf(agents, say)),
    isSecret: secretNames(jobs.redact ?? []),
    warn: say,
    onRun: notifyOfJobs(notify, say),
    ...idleOf(env),
  }
  // Another one may be about to leave, and then its lock comes free.
  let supervisor: Supervisor | undefined
  for (const giveUpAt = performance.now() + patienceMs; ; ) {
    supervisor = await startSupervisor(options)
    if (supervisor !== undefined) break
    const there = await knock(home)
    there?.destroy()
    if (there !== undefined) return 0
    if (performance.now() > giveUpAt) {
      say('another supervisor has this state directory, and does not answer')
      return 1
    }
    await new Promise((resolve) => setTimeout(resolve, lookMs))
  }
  say(`supervisor ${process.pid} of dagmar ${manifest.version} begins`)
  const running = supervisor
  let signals = 0
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // The terminal that it was started from is nothing to it.
      if (signal === 'SIGHUP') return
      say(`${signal}: ${signals === 0 ? 'live tasks may finish' : 'live tasks are ended'}`)
      running.stop(signals++ > 0).catch((thrown: unknown) => say(asError(thrown).message))
    })
  }
  await running.left
  say(`supervisor ${process.pid} leaves`)
  return 0
}

/** Stderr is the supervisor's log. */
function say(sentence: string): void {
  process.stderr.write(`${new Date().toISOString()} ${sentence}\n`)
}

/** For tests: how long it stays with nothing to do. */
function idleOf({ DAGMAR_SUPERVISOR_IDLE_MS: idle }: NodeJS.ProcessEnv): { readonly idleMs?: number } {
  return idle === undefined || !/^\d+$/.test(idle) ? {} : { idleMs: Number(idle) }
}
