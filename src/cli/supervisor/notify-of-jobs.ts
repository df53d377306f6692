import type { SupervisorOptions } from '../../jobs/supervisor/supervisor.ts'
import type { Notification } from '../../plan-file/notification.ts'
import { systemClock } from '../../time/clock.ts'

type OnRun = NonNullable<SupervisorOptions['onRun']>

/** Tells whom the user's configuration and the job's plan name what happens to the runs of jobs. */
export function notifyOfJobs(ofUser: readonly Notification[], warn: (sentence: string) => void): OnRun {
  return (spec, run) => {
    const notify = [...(spec.notify ?? []), ...ofUser]
    if (notify.length === 0) return
    const facts = run.events$
    const tell = async (): Promise<void> => {
      const { notifier } = await import('../notify/notifier.ts')
      const told = notifier({
        notify,
        name: spec.name,
        env: process.env,
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
