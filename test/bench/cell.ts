// One measurement in a process of its own: the cell as JSON in, what was measured as the last line out.
import { argv, stdout } from 'node:process'
import { type Measurements, measurements } from './measurements.ts'

const { kind, cell } = JSON.parse(argv[2] ?? '{}') as { kind: keyof Measurements; cell: never }
const measured = await measurements[kind](cell)
// The rest of the process may have timers of its own: they end with it.
stdout.write(`\n${JSON.stringify(measured)}\n`, () => process.exit(0))
