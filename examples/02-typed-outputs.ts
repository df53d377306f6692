// Shows that types travel: the run's input and the outputs of the dependencies are known to the compiler.
// Prints an invoice that four tasks have worked out together, and one of their outputs by itself.
import { createRuntime, dag } from 'dagmar'

interface Order {
  readonly customer: string
  readonly items: readonly { readonly name: string; readonly price: number; readonly count: number }[]
}

const invoice = dag<Order>('invoice')
  // `input` is an Order in every handler.
  .task('sum', ({ input }) => input.items.reduce((sum, { price, count }) => sum + price * count, 0))
  .task('letterhead', ({ input }) => ({ title: `Invoice for ${input.customer}` }))
  // `inputs.sum` is a number; `inputs.letterhead` would not compile, since it is not among the needs.
  .task('tax', { needs: ['sum'] }, ({ inputs }) => inputs.sum * 0.2)
  .task('text', { needs: ['letterhead', 'sum', 'tax'] }, ({ inputs: { letterhead, sum, tax } }) =>
    [letterhead.title, `  net    ${show(sum)}`, `  tax    ${show(tax)}`, `  total  ${show(sum + tax)}`].join(
      '\n',
    ),
  )

const runtime = createRuntime()

// `run` is dispatch and await in one: the outputs of all tasks, or a RunFailedError.
const outputs = await runtime.run(invoice, {
  input: {
    customer: 'Ada',
    items: [
      { name: 'gear', price: 12, count: 40 },
      { name: 'punched card', price: 0.5, count: 200 },
    ],
  },
})
// `outputs.text` is a string, `outputs.tax` a number.
console.log(outputs.text)
console.log(`(a tax of ${outputs.tax.toFixed(1)} to hand on)`)

function show(amount: number): string {
  return amount.toFixed(2).padStart(8)
}
