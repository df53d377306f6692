import { asError } from '../../errors/foreign-value.ts'
import type { Variables } from '../../jobs/spool/job-environment.ts'
import type { SupervisorOptions } from '../../jobs/supervisor/supervisor.ts'
import type { Notification } from '../../plan-file/notification.ts'
import { systemClock } from '../../time/clock.ts'

type OnRun = NonNullable<SupervisorOptions['onRun']>

/** Tells whom the user's configuration and the job's plan name what happens to the runs of jobs. */
export function notifyOfJobs(ofUser: readonly Notification[], warn: (sentence: string) => void): OnRun {
  return (spec, run, variables) => {
    const notify = [...(spec.notify ?? []), ...ofUser]
    if (notify.length === 0) return
    const facts = run.events$
    const env = environmentOf(variables, (sentence) => warn(`${spec.id}: ${sentence}`))
    const tell = async (): Promise<void> => {
      const { notifier } = await import('../notify/notifier.ts')
      const told = notifier({
        notify,
        name: spec.name,
        env,
        clock: systemClock,
        warn: (sentence) => warn(`${spec.id}: ${sentence}`),
        ring: undefined,
      })
      const seen = facts.subscribe((fact) => told.see(fact))
      const result = await run.result
      seen.unsubscribe()
      await told.end(result)
      told.close()
    }
    void tell().catch((thrown: unknown) => warn(`${spec.id}: nobody could be told: ${String(thrown)}`))
  }
}

/** That of the dispatch, as for the job's commands: an address may be in it that this process has never heard of. */
function environmentOf(variables: () => Variables, warn: (sentence: string) => void): NodeJS.ProcessEnv {
  try {
    return variables()
  } catch (thrown) {
    warn(asError(thrown).message)
    return process.env
  }
}
