// Shows a recorded scientific computation replayed as real processes: each task sleeps as long as it once ran, scaled.
// Prints what happens and how close the run came to its critical path; takes the path of a recording and its length in seconds.
import { readFile } from 'node:fs/promises'
import { command, createRuntime, criticalPath, plan } from 'dagmar'

/** What is used of WfFormat 1.5 (WfCommons): https://wfcommons.org/format */
interface Recording {
  readonly name: string
  readonly workflow: {
    readonly specification: {
      readonly tasks: readonly { readonly id: string; readonly parents: readonly string[] }[]
    }
    readonly execution: {
      readonly tasks: readonly { readonly id: string; readonly runtimeInSeconds: number }[]
    }
  }
}

/** A small recording of the same form, for when none is given. */
const sample: Recording = {
  name: 'sample',
  workflow: {
    specification: {
      tasks: [
        { id: 'split', parents: [] },
        { id: 'align-1', parents: ['split'] },
        { id: 'align-2', parents: ['split'] },
        { id: 'merge', parents: ['align-1', 'align-2'] },
      ],
    },
    execution: {
      tasks: ['split', 'align-1', 'align-2', 'merge'].map((id, at) => ({ id, runtimeInSeconds: 2 + at })),
    },
  },
}

const [path, seconds = '2'] = process.argv.slice(2).filter((word) => !word.startsWith('-'))
const isFile = path?.endsWith('.json') === true
const { name, workflow: recorded } = isFile ? (JSON.parse(await readFile(path, 'utf8')) as Recording) : sample
const took = new Map(recorded.execution.tasks.map(({ id, runtimeInSeconds }) => [id, runtimeInSeconds]))
const total = [...took.values()].reduce((sum, one) => sum + one, 0)
const scaled = (id: string): number => ((took.get(id) ?? 0) / total) * Number(seconds) * 4

const tasks = recorded.specification.tasks.map(({ id, parents }) => {
  const run = command('sleep', [scaled(id).toFixed(3)])
  return [id, { needs: parents, estimate: scaled(id) * 1_000, run }] as const
})
const replay = plan({ name, tasks })
const result = await createRuntime({ concurrency: 4 }).dispatch(replay).result

const { ids, length } = criticalPath(replay, scaled)
console.log(`${name}: ${result.counts.completed} of ${tasks.length} tasks ${result.status}`)
console.log(
  `in ${(result.durationMs / 1_000).toFixed(2)} s with 4 slots; the critical path takes ${length.toFixed(2)} s:`,
)
console.log(`  ${ids.join(' → ')}`)
