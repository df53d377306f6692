import { createRuntime, plan } from 'dagmar'
import { inspect } from 'dagmar/inspector'
import { WebSocket } from 'ws'
import { expect, it } from 'vitest'

// A client as somebody may write it who has read src/inspector/README.md, and nothing else of dagmar.

interface Task {
  status: string
  attempts: number
}

/** Follows the only run of an inspector to its end, over lost connections, and resolves with what became of its tasks. */
function watchRun(address: string, lose: (socket: WebSocket) => boolean): Promise<Map<string, Task>> {
  const { host, hash } = new URL(address)
  const tasks = new Map<string, Task>()
  const last = new Map<string, number>([['', 0]])
  return new Promise((resolve, reject) => {
    const connect = (): void => {
      const socket = new WebSocket(`ws://${host}/`, ['dagmar', `token.${hash.slice(1)}`])
      const follow = (log: string): void =>
        socket.send(JSON.stringify({ type: 'follow', log, after: last.get(log) ?? 0 }))
      socket.on('error', reject).on('close', connect)
      socket.on('message', (frame: Buffer) => {
        const message = JSON.parse(frame.toString())
        if (message.type === 'hello') for (const log of last.keys()) follow(log)
        if (message.type !== 'batch') return
        if (message.first !== last.get(message.log)! + 1) reject(new Error('a gap'))
        last.set(message.log, message.first + message.entries.length - 1)
        for (const { kind, runId, fact } of message.entries) {
          if (kind === 'run' && !last.has(runId)) follow((last.set(runId, 0), runId))
          if (kind !== 'fact') continue
          if (fact.type === 'run.created')
            for (const { id } of fact.structure) tasks.set(id, { status: 'pending', attempts: 0 })
          if (fact.taskId !== undefined) tasks.get(fact.taskId)!.status = fact.type.replace('task.', '')
          if (fact.type === 'task.started') tasks.get(fact.taskId)!.attempts++
          if (['run.completed', 'run.failed', 'run.killed'].includes(fact.type)) {
            socket.off('close', connect).close()
            resolve(tasks)
          }
        }
        if (lose(socket)) socket.terminate()
      })
    }
    connect()
  })
}

it('A client that is written from the protocol’s page alone sees a run through, over lost connections', async () => {
  const runtime = createRuntime()
  const inspector = await inspect(runtime)
  const wait = () => new Promise((resolve) => setTimeout(resolve, 60))
  const failing = async () => {
    await wait()
    throw new Error('no')
  }
  const run = runtime.dispatch(
    plan({
      name: 'watched',
      tasks: {
        build: { run: wait },
        test: { needs: ['build'], retry: { maxAttempts: 2, backoff: { base: '10ms' } }, run: failing },
        deploy: { needs: ['test'], run: wait },
      },
    }),
  )
  let lost = 0
  const tasks = await watchRun(inspector.url, () => lost++ % 3 === 1)
  await run.result
  await inspector.close()
  expect(lost).toBeGreaterThan(3)
  expect(Object.fromEntries(tasks)).toEqual({
    build: { status: 'completed', attempts: 1 },
    test: { status: 'dead-lettered', attempts: 2 },
    deploy: { status: 'skipped', attempts: 0 },
  })
})
