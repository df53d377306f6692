import { Annotation, START, StateGraph } from '@langchain/langgraph'
import { SqliteSaver } from '@langchain/langgraph-checkpoint-sqlite'
import type { DurableWorkload } from '../durable-workload.ts'

/** A node a task. Each step of the graph is in the database before the next begins. */
export async function prepare({ needs, body, folder }: DurableWorkload): Promise<() => Promise<void>> {
  const state = Annotation.Root({ ended: Annotation<boolean>() })
  const graph = new StateGraph(state)
  const untyped = graph as unknown as StateGraph<unknown, unknown, unknown, string>
  for (const [task, from] of needs.entries()) {
    graph.addNode(`t${task}`, async () => {
      body(task)
      return {}
    })
    if (from.length === 0) untyped.addEdge(START, `t${task}`)
    else if (from.length === 1) untyped.addEdge(`t${from[0]}`, `t${task}`)
  }
  for (const [task, from] of needs.entries()) {
    if (from.length > 1)
      untyped.addEdge(
        from.map((need) => `t${need}`),
        `t${task}`,
      )
  }
  const checkpointer = SqliteSaver.fromConnString(`${folder}/langgraph.db`)
  const compiled = graph.compile({ checkpointer })
  const config = { configurable: { thread_id: 'run' } }
  const begun = (await checkpointer.getTuple(config)) !== undefined
  return async () => {
    await compiled.invoke(begun ? null : { ended: false }, {
      ...config,
      durability: 'sync',
      recursionLimit: needs.length + 10,
    })
  }
}
