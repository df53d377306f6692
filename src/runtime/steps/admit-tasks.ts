import type { Run } from '../run/run.ts'
import { spawnTask } from '../run/spawn-task.ts'

/** Takes up at most `most` ready tasks, as long as there is room. The dag actor answers an offer with it. */
export function admitTasks(run: Run, most: number): void {
  run.isOffered = false
  const { live } = run
  const { queue, lanes } = run.books
  const { admission, macrostep } = run.shared
  for (let taken = 0; taken < most; ) {
    const index = queue.peek()
    if (index === -1) return admission.rest(run)
    const lane = lanes[queue.laneOf(index)]!
    const task = run.plan.tasks[index]!
    const decision = admission.decide(lane, task)
    if (decision === 'run-waits') return
    if (decision === 'lane-waits') {
      queue.close(lane.index)
      // What is left may be less urgent than what other runs have.
      const left = most === Number.POSITIVE_INFINITY ? undefined : run.headPriority()
      if (left !== undefined && left < task.priority) return
      continue
    }
    queue.take(index)
    const taskActor = live.get(index) ?? spawnTask(run, task, lane)
    const { at } = macrostep
    if (decision === 'granted' && task.agent !== undefined) run.shared.agents!.admit(taskActor)
    else if (decision === 'granted') {
      run.sendTask(taskActor, { type: 'task.grant', at, forceable: lane.load.executor.force !== undefined })
    } else {
      if (taskActor.part !== undefined) taskActor.part.considered = undefined
      run.sendTask(taskActor, { type: 'task.defer', at })
      queue.restore(index)
      queue.close(lane.index)
    }
    taken++
  }
}
