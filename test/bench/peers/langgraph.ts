import { Annotation, START, StateGraph } from '@langchain/langgraph'
import type { Prepared, Workload } from '../workload.ts'

/** A node a task; several dependencies are an edge that waits for all of them. The state is empty but for one field. */
export function prepare({ needs, body }: Workload): Prepared {
  const state = Annotation.Root({ ended: Annotation<boolean>() })
  const graph = new StateGraph(state)
  const untyped = graph as unknown as StateGraph<unknown, unknown, unknown, string>
  for (const task of needs.keys()) {
    graph.addNode(`t${task}`, async () => {
      await body(task)
      return {}
    })
  }
  for (const [task, from] of needs.entries()) {
    if (from.length === 0) untyped.addEdge(START, `t${task}`)
    else if (from.length === 1) untyped.addEdge(`t${from[0]}`, `t${task}`)
    else
      untyped.addEdge(
        from.map((need) => `t${need}`),
        `t${task}`,
      )
  }
  const compiled = graph.compile()
  // A step of the graph is taken for all that is ready: there are at most as many as tasks.
  return { run: () => compiled.invoke({ ended: false }, { recursionLimit: needs.length + 10 }) }
}
