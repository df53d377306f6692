import { type ComponentChildren, Fragment } from 'preact'
import { type Look, plainLook, readLine, type Stretch } from './ansi.ts'

/** Output with its colours. */
export function Stretches({ stretches }: { readonly stretches: readonly Stretch[] }): ComponentChildren {
  return stretches.map(({ text, look }, place) => (
    <span key={place} style={styleOf(look)}>
      {text}
    </span>
  ))
}

/** A text of several lines that a program wrote, with its colours. */
export function Written({ text }: { readonly text: string }): ComponentChildren {
  let look = plainLook
  return text.split('\n').map((line, place) => {
    const { stretches, end } = readLine(line, look)
    look = end
    return (
      <Fragment key={place}>
        {place > 0 && '\n'}
        <Stretches stretches={stretches} />
      </Fragment>
    )
  })
}

function styleOf(look: Look): Record<string, string> {
  const style: Record<string, string> = {}
  const { colour, background, isInverse } = look
  const [front, back] =
    isInverse === true ? [background ?? 'var(--sunk)', colour ?? 'var(--ink)'] : [colour, background]
  if (front !== undefined) style['color'] = front
  if (back !== undefined) style['backgroundColor'] = back
  if (look.isBold === true) style['fontWeight'] = '600'
  if (look.isDim === true) style['opacity'] = '0.65'
  if (look.isItalic === true) style['fontStyle'] = 'italic'
  const lines = [look.isUnderlined === true ? 'underline' : '', look.isStruck === true ? 'line-through' : '']
  if (lines.some((one) => one !== '')) style['textDecoration'] = lines.join(' ').trim()
  return style
}
