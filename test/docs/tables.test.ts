import type { Command } from 'commander'
import type { ItemOutcome } from 'dagmar'
import { describe, expect, it } from 'vitest'
import schema from '../../schema/plan.schema.json' with { type: 'json' }
import { agentFaultKinds } from '../../src/check/variants/agent-fault.ts'
import { faultKinds } from '../../src/check/variants/fault.ts'
import { createProgram } from '../../src/cli/program.ts'
import { ruleNames } from '../../src/graph/rules.ts'
import { readSources } from '../architecture/source-text.ts'
import { factsOf, membersOf, textsOf } from './declared.ts'
import { allPages, namesIn, pageAt, readFile, tableOf, tableUnder } from './pages.ts'

const plain = (text: string): string => text.replaceAll('`', '')

/** Tables of members: the page, what the first column is called, and the interface with the entry that exports it. */
const members = [
  ['docs/tasks.md', 'option', 'TaskOptions', 'src/index.ts'],
  ['docs/library.md', 'option of a dag', 'DagOptions', 'src/index.ts'],
  ['docs/library.md', "of a handler's context", 'HandlerContext', 'src/index.ts'],
  ['docs/library.md', 'option of `createRuntime`', 'RuntimeOptions', 'src/index.ts'],
  ['docs/library.md', 'of a runtime', 'Runtime', 'src/index.ts'],
  ['docs/library.md', 'option of `dispatch`', 'DispatchOptions', 'src/index.ts'],
  ['docs/library.md', 'of a run', 'RunHandle', 'src/index.ts'],
  ['docs/library.md', 'of a result', 'RunResult', 'src/index.ts'],
  ['docs/facts.md', 'of a view', 'RunView', 'src/index.ts'],
  ['docs/facts.md', 'of a task in it', 'TaskView', 'src/index.ts'],
  ['docs/library.md', 'of a store', 'Store', 'src/index.ts'],
  ['docs/stores.md', 'option of `sqlite`', 'SqliteOptions', 'src/stores/sqlite/index.ts'],
  ['docs/agents.md', 'option of `sqliteClaims`', 'SqliteClaimsOptions', 'src/stores/sqlite/index.ts'],
  ['docs/stores.md', 'option of `journal`', 'JournalOptions', 'src/stores/journal/index.ts'],
  ['docs/sources.md', 'option of `consume`', 'ConsumeOptions', 'src/index.ts'],
  ['docs/sources.md', 'of a consumption', 'Consumption', 'src/index.ts'],
  ['docs/executors.md', 'of an attempt', 'Attempt', 'src/index.ts'],
  ['docs/executors.md', 'of an executor', 'Executor', 'src/index.ts'],
  ['docs/simulation.md', 'option of `simulate`', 'SimulationOptions', 'src/simulation/index.ts'],
  ['docs/simulation.md', 'of a simulation', 'Simulation', 'src/simulation/index.ts'],
  ['docs/simulation.md', 'option of `optimise`', 'OptimiseOptions', 'src/index.ts'],
  ['docs/simulation.md', 'of an optimised plan', 'OptimisedPlan', 'src/simulation/index.ts'],
  ['docs/inspector.md', 'option of `inspect`', 'InspectOptions', 'src/inspector/index.ts'],
  ['docs/testing.md', 'option of `checkDag`', 'CheckDagOptions', 'src/testing.ts'],
  ['docs/testing.md', 'option of `law`', 'LawOptions', 'src/testing.ts'],
  ['docs/testing.md', 'option of `rehearse`', 'RehearseOptions', 'src/testing.ts'],
  ['docs/testing.md', 'of a trace', 'Trace', 'src/testing.ts'],
] as const

const tables = members.map(([path, corner, name, entry]) => ({
  path,
  corner,
  name,
  table: tableOf(pageAt(path), corner),
  declared: membersOf(entry, name).filter((member) => !member.name.startsWith('Symbol.')),
}))

describe('the tables of members', () => {
  it.each(tables)('has exactly the members of $name: $path, $corner', ({ table, declared }) => {
    const said = namesIn(table)
    // Some tables mark what may be missing.
    const isMarked = said.some((name) => name.endsWith('?'))
    const written = declared.map(({ name, isOptional }) => (isMarked && isOptional ? `${name}?` : name))
    expect(said.toSorted()).toEqual(written.toSorted())
  })

  const withDefaults = tables.filter(({ table }) => table.columns[1] === 'default')
  it.each(withDefaults)(
    'has the defaults of $name that the source says: $path, $corner',
    ({ table, declared }) => {
      const said = table.rows.map(([option, byDefault]) => [plain(option!), plain(byDefault!)])
      const named = declared.map(({ name, byDefault }) => [name, plain(byDefault ?? '')])
      expect(Object.fromEntries(said)).toEqual(Object.fromEntries(named))
    },
  )
})

/** Tables of texts: the page, what the first column is called, and the texts as the source has them. */
const texts: readonly (readonly [page: string, corner: string, texts: readonly string[]])[] = [
  ['docs/tasks.md', 'rule', ruleNames],
  ['docs/tasks.md', '`onFailure`', textsOf('src/index.ts', 'OnFailure')],
  ['docs/library.md', '`overflow`', textsOf('src/index.ts', 'Overflow')],
  ['docs/testing.md', 'finding', textsOf('src/testing.ts', 'FindingCode')],
  ['docs/testing.md', 'kind of fault', faultKinds],
  ['docs/testing.md', 'fault of an agent', agentFaultKinds],
]

describe.each(texts)('%s, the table "%s"', (path, corner, expected) => {
  it('has exactly what the source has', () => {
    const { columns, ...table } = tableOf(pageAt(path), corner)
    expect(namesIn({ columns, ...table }).toSorted()).toEqual(expected.toSorted())
  })
})

describe('the tables of sources', () => {
  const page = pageAt('docs/sources.md')

  it('have exactly the facts that there are, with their fields', () => {
    const own = ['type', 'at', 'source']
    const facts = [...factsOf('src/index.ts', 'SourceFact')].map(([type, fields]) => [
      type,
      fields
        .filter(({ name }) => !own.includes(name))
        .map(({ name, isOptional }) => (isOptional ? `${name}?` : name)),
    ])
    const { rows } = tableOf(page, 'fact of a source')
    const said = rows.map(([type, , fields]) => [plain(type!), plain(fields!).split(' ')])
    expect(said).toEqual(facts)
  })

  it('have exactly the outcomes that there are', () => {
    const outcomes = namesIn(tableOf(page, 'outcome'))
    expect(outcomes).toEqual(['completed', 'failed', 'killed', 'released'] satisfies ItemOutcome['status'][])
  })

  it('have exactly the fields of an item, beside the options of every task', () => {
    const fields = membersOf('src/runtime/consume/source-item.ts', 'ItemFields')
    const written = fields.map(({ name, isOptional }) => (isOptional ? `${name}?` : name))
    expect(namesIn(tableOf(page, 'field of an item')).toSorted()).toEqual(written.toSorted())
  })
})

describe('the table of reports', () => {
  it('has exactly the reports that there are', () => {
    const reports = [...factsOf('src/index.ts', 'AttemptReport').keys()]
    expect(namesIn(tableOf(pageAt('docs/executors.md'), 'report')).toSorted()).toEqual(reports.toSorted())
  })
})

describe('the tables of plan files', () => {
  const page = pageAt('docs/plan-files.md')
  const options = membersOf('src/index.ts', 'TaskOptions').map(({ name }) => name)

  it('have exactly the fields of a plan in the schema', () => {
    const fields = namesIn(tableUnder(page, 'The fields of a plan'))
    expect(fields.toSorted()).toEqual(Object.keys(schema.properties).toSorted())
  })

  it('have exactly the fields of a task in the schema, beside the options of every task', () => {
    const own = namesIn(tableUnder(page, 'The fields of a task'))
    const fields = [...own, ...options]
    expect(fields.toSorted()).toEqual(
      Object.keys(schema.properties.tasks.additionalProperties.properties).toSorted(),
    )
  })

  it('have exactly the variables that a command is given', () => {
    const sources = readSources(['src/executors'], ['.ts'])
    const set = sources.flatMap(({ text }) => text.match(/(?<=')DAGMAR_[A-Z_]+(?=')/g) ?? [])
    const variables = namesIn(tableUnder(page, 'What a command finds and leaves'))
    expect(variables.toSorted()).toEqual([...new Set(set)].toSorted())
  })
})

describe('the tables of the command line', () => {
  const page = pageAt('docs/command-line.md')
  const { commands } = createProgram('0')

  const jobsPage = pageAt('docs/jobs.md')
  const isOfJobs = (command: Command): boolean => command.helpGroup().startsWith('Jobs')

  it('have exactly the commands that there are, with their arguments', () => {
    const usages = commands.map((command) => usageOf(command))
    const said = [...namesIn(tableOf(page, 'command')), ...namesIn(tableOf(jobsPage, 'command'))]
    expect(said.toSorted()).toEqual(usages.toSorted())
  })

  it.each(
    commands
      .filter((command) => command.options.length > 0 && !isOfJobs(command))
      .map((command) => [command.name(), command] as const),
  )('have exactly the options of dagmar %s', (name, { options }) => {
    const said = namesIn(tableUnder(page, `dagmar ${name}`))
    expect(said.toSorted()).toEqual(options.map(({ flags }) => flags).toSorted())
  })

  it.each(commands.filter(isOfJobs).map((command) => [command.name(), command] as const))(
    'have exactly the options of dagmar %s, which may be those of all commands that take several jobs',
    (name, { options }) => {
      const flags = options.map((option) => option.flags)
      const shared = namesIn(tableOf(jobsPage, 'which jobs'))
      const takesFilters = flags.includes('--status <status>')
      if (takesFilters) expect(flags).toEqual(expect.arrayContaining(shared.slice(0, 5)))
      const own = flags.filter((flag) => !takesFilters || !shared.includes(flag))
      const elsewhere = namesIn(tableUnder(jobsPage, 'Other options'))
        .filter((option) => option.startsWith(`${name} `))
        .map((option) => option.slice(name.length + 1))
      const hasTable = own.length > elsewhere.length
      const said = [...elsewhere, ...(hasTable ? namesIn(tableUnder(jobsPage, `dagmar ${name}`)) : [])]
      expect(said.toSorted()).toEqual(own.toSorted())
    },
  )

  function usageOf(command: Command): string {
    const below = command.commands.map((sub) => sub.name()).filter((sub) => sub !== 'run')
    const words = below.length > 0 ? [below.join(' | ')] : command.registeredArguments.map(argumentOf)
    return ['dagmar', command.name(), ...words].join(' ')
  }

  function argumentOf(argument: { name: () => string; readonly required: boolean }): string {
    return argument.required ? `<${argument.name()}>` : `[${argument.name()}]`
  }
})

describe('the tables of errors and failures', () => {
  const page = pageAt('docs/errors.md')
  const errors = textsOf('src/index.ts', 'ErrorCode')

  it('have exactly the codes that an error can have', () => {
    expect(namesIn(tableUnder(page, 'Errors')).toSorted()).toEqual(errors.toSorted())
  })

  it('have exactly the codes that a failure can have', () => {
    const written = readSources(
      ['machines', 'src/graph', 'src/events', 'src/executors', 'src/stores', 'src/runtime', 'src/simulation'],
      ['.ts'],
    ).flatMap(({ text }) => text.match(/(?<=')[A-Z][A-Z_]{4,}(?=')/g) ?? [])
    // Signals, Node's own codes and variables of the environment are written like codes.
    const foreign = /^(?:SIG[A-Z]+|E[A-Z]+|DAGMAR_.+)$/
    const failures = written.filter((code) => !errors.includes(code) && !foreign.test(code))
    const said = namesIn(tableUnder(page, 'Failures'))
    expect(said.toSorted()).toEqual([...new Set(failures)].toSorted())
  })
})

describe('the pages', () => {
  const entries = [
    'src/index.ts',
    'src/testing.ts',
    'src/simulation/index.ts',
    'src/plan-file/index.ts',
    'src/stores/journal/index.ts',
  ]
  const named = new Set(allPages().flatMap(({ text }) => text.match(/\b\w+\b/g) ?? []))

  it.each(entries)('name every value that %s exports', (path) => {
    const lists = [...readFile(path).matchAll(/export \{([^}]*)\}/g)].flatMap(([, list]) => list!.split(','))
    const values = lists
      .map((entry) => entry.trim())
      .filter((entry) => entry !== '' && !entry.startsWith('type '))
    expect(values.length).toBeGreaterThan(0)
    expect(values.filter((value) => !named.has(value))).toEqual([])
  })
})
