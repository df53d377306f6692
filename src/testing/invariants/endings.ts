import type { TaskId } from '../../../machines/outcome.ts'
import { isRunEnd, type RunFact } from '../../events/facts.ts'
import { endsAttempt } from '../facts/attempts-of.ts'
import { outcomeIn } from '../facts/outcome-in.ts'
import { EarlyEnd } from './early-end.ts'
import { type Finding, found, type Judged } from './judged.ts'

/** 4. Every run settles …: at its end every task is settled, and it was no deadlock. */
export function everyRunSettles({ plan, facts, ended }: Judged): readonly Finding[] {
  const findings: Finding[] = []
  const open = new Set(plan.tasks.map(({ id }) => id))
  let hasEnded = false
  for (const fact of facts) {
    if (fact.type === 'run.redriven') hasEnded = false
    if (fact.type === 'task.redriven') open.add(fact.taskId)
    if (fact.taskId !== undefined && outcomeIn(fact) !== undefined) open.delete(fact.taskId)
    if (!isRunEnd(fact)) continue
    hasEnded = true
    for (const taskId of open) {
      findings.push({
        guarantee: 4,
        seq: fact.seq,
        taskId,
        message: `the run ended before ${taskId} settled`,
      })
    }
    if (fact.type === 'run.failed' && fact.failure?.code === 'RUN_DEADLOCKED') {
      findings.push(found(4, fact, fact.failure.message))
    }
  }
  if (ended && !hasEnded) {
    const last = facts.at(-1)
    const about = last === undefined ? 'it has no facts' : `its last fact is ${last.type} (seq ${last.seq})`
    findings.push({
      guarantee: 4,
      message: `the run has not settled: ${about}; open: ${[...open].join(', ')}`,
      ...(open.size === 0 ? {} : { taskId: [...open][0]! }),
    })
  }
  return findings
}

/**
 * 7. After a kill nothing starts but teardown, and everything that was started is confirmed ended or reported abandoned.
 * A draining run starts nothing else either, except attempts that had been asked to start. A teardown is not skipped
 * where something that it needs had started, and none starts after a further kill.
 */
export function killIsFinal({ plan, facts }: Judged): readonly Finding[] {
  const findings: Finding[] = []
  const end = new EarlyEnd(plan)
  // What is left is told without the store then, and nothing more can start.
  const storeFailed = facts.some(
    (fact) => fact.type === 'run.failed' && fact.failure?.code === 'STORE_FAILED',
  )
  const live = new Set<TaskId>()
  const killed = new Set<TaskId>()
  const abandoned = new Set<TaskId>()
  for (const fact of facts) {
    if (isRunEnd(fact)) {
      for (const taskId of live)
        findings.push({
          guarantee: 7,
          seq: fact.seq,
          taskId,
          message: `the run ended while ${taskId} was live`,
        })
      live.clear()
    }
    if (fact.taskId === undefined) {
      end.see(fact)
      continue
    }
    const { taskId, type } = fact
    const complaint = end.complaint(fact)
    if (complaint !== undefined && !(storeFailed && type === 'task.skipped'))
      findings.push(found(7, fact, `after ${end.by} came ${type} of ${taskId}: ${complaint}`))
    end.see(fact)
    if (killed.has(taskId) && goesOn(fact)) {
      findings.push(found(7, fact, `${taskId} was being killed, and then came ${type}`))
    }
    if (type === 'task.dispatched') live.add(taskId)
    if (type === 'task.stopping' && fact.reason === 'kill') killed.add(taskId)
    if (type === 'task.abandoned') abandoned.add(taskId)
    if (type === 'task.killed' || type === 'task.failed') {
      if (fact.abandoned !== abandoned.has(taskId)) {
        const said = fact.abandoned
          ? 'as abandoned, and was not told so before'
          : 'as ended, and was abandoned'
        findings.push(found(7, fact, `${taskId} settled ${said}`))
      }
    }
    if (!endsAttempt(fact)) continue
    live.delete(taskId)
    killed.delete(taskId)
    abandoned.delete(taskId)
  }
  return findings
}

/** The facts that may still come about a task that is being killed. */
const afterKill: ReadonlySet<RunFact['type']> = new Set([
  'task.warned',
  'task.placed',
  'task.abandoned',
  'task.killed',
])

function goesOn({ type }: RunFact): boolean {
  return !afterKill.has(type)
}
