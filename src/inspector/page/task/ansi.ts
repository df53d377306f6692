import { withoutTurns } from '../without-turns.ts'

/** How a stretch of output looks. Colours are CSS colours. */
export interface Look {
  readonly colour?: string
  readonly background?: string
  readonly isBold?: boolean
  readonly isDim?: boolean
  readonly isItalic?: boolean
  readonly isUnderlined?: boolean
  readonly isStruck?: boolean
  readonly isInverse?: boolean
}

export interface Stretch {
  readonly text: string
  readonly look: Look
}

export const plainLook: Look = {}

/**
 * Everything that a terminal would act on: strings for the terminal itself, colours and cursor movements, short
 * sequences, and control characters other than tab.
 */
const escapes =
  // oxlint-disable-next-line no-control-regex
  /(?:\u001b[PX\]^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u009c]*(?:\u0007|\u009c|\u001b\\)?|(?:\u001b\[|\u009b)([0-?]*)[ -/]*([@-~]?)|\u001b[ -/]*[0-~]?|[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/g

/**
 * A line of output as stretches that look alike. It begins in the look that the line before it ended in. What a carriage
 * return would have overwritten is left out; every escape other than a colour is cut.
 */
export function readLine(
  line: string,
  begin: Look,
): { readonly stretches: readonly Stretch[]; readonly end: Look } {
  let look = begin
  let from = 0
  let isReturned = false
  const stretches: Stretch[] = []
  const keep = (to: number): void => {
    if (to === from) return
    if (isReturned) stretches.length = 0
    isReturned = false
    const text = withoutTurns(line.slice(from, to))
    if (text !== '') stretches.push({ text, look })
  }
  for (const escape of line.matchAll(escapes)) {
    keep(escape.index)
    from = escape.index + escape[0].length
    if (escape[0] === '\r') isReturned = true
    else if (escape[2] === 'm') look = lookAfter(look, escape[1] ?? '')
  }
  keep(line.length)
  return { stretches, end: look }
}

/** The look after a sequence that sets colours: numbers with `;`, or `:` within one of them, between. */
function lookAfter(look: Look, parameters: string): Look {
  if (/[<=>?]/.test(parameters)) return look
  const numbers = parameters.split(';').flatMap(fieldsOf).map(Number)
  let next: { -readonly [Field in keyof Look]: Look[Field] } = { ...look }
  for (let at = 0; at < numbers.length; at++) {
    const number = numbers[at]!
    if (number === 0) next = {}
    else if (number === 1) next.isBold = true
    else if (number === 2) next.isDim = true
    else if (number === 3) next.isItalic = true
    else if (number === 4) next.isUnderlined = true
    else if (number === 7) next.isInverse = true
    else if (number === 9) next.isStruck = true
    else if (number === 22) {
      delete next.isBold
      delete next.isDim
    } else if (number === 23) delete next.isItalic
    else if (number === 24) delete next.isUnderlined
    else if (number === 27) delete next.isInverse
    else if (number === 29) delete next.isStruck
    else if (number === 39) delete next.colour
    else if (number === 49) delete next.background
    else if (isWithin(number, 30, 37)) next.colour = named(number - 30)
    else if (isWithin(number, 40, 47)) next.background = named(number - 40)
    else if (isWithin(number, 90, 97)) next.colour = named(number - 82)
    else if (isWithin(number, 100, 107)) next.background = named(number - 92)
    else if (number === 38 || number === 48) {
      const isIndexed = numbers[at + 1] === 5
      const colour = isIndexed ? indexed(numbers[at + 2]) : mixed(numbers.slice(at + 2, at + 5))
      at += isIndexed ? 2 : 4
      if (colour !== undefined) next[number === 38 ? 'colour' : 'background'] = colour
    }
  }
  return next
}

/** The fields of `38:2::255:0:0`, of which one names a space of colours that nobody has. */
function fieldsOf(parameter: string): readonly string[] {
  const fields = parameter.split(':')
  return fields.length === 6 && fields[1] === '2' ? fields.toSpliced(2, 1) : fields
}

/** One of the 16 colours that themes define. */
function named(index: number): string {
  return `var(--ansi-${index})`
}

/** One of 256: the 16 of the theme, a cube of 6 × 6 × 6, and 24 greys. */
function indexed(index = -1): string | undefined {
  if (!isWithin(index, 0, 255)) return undefined
  if (index < 16) return named(index)
  if (index > 231) return mixed([index - 232, index - 232, index - 232].map((grey) => 8 + grey * 10))
  const place = index - 16
  return mixed(
    [Math.floor(place / 36), Math.floor(place / 6) % 6, place % 6].map((step) =>
      step === 0 ? 0 : 55 + step * 40,
    ),
  )
}

function mixed(parts: readonly number[]): string | undefined {
  return parts.length === 3 && parts.every((part) => isWithin(part, 0, 255))
    ? `rgb(${parts.join(' ')})`
    : undefined
}

function isWithin(number: number, from: number, to: number): boolean {
  return Number.isInteger(number) && number >= from && number <= to
}
