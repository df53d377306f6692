import type { ComponentChildren } from 'preact'
import type { Failure } from '../../../../machines/outcome.ts'
import { hintFor } from './causes.ts'
import { CopyButton } from './copy-button.tsx'
import { Written } from './stretches.tsx'

interface FailureBlockOptions {
  readonly failure: Failure
  /** The attempt that it is of, where the task goes on. */
  readonly attempt?: number | undefined
}

/** Why an attempt failed: what it said, what lay behind it, and where. */
export function FailureBlock({ failure, attempt }: FailureBlockOptions): ComponentChildren {
  const { code, message, stack, output, severity, retryable } = failure
  const hint = hintFor(code)
  const causes = causesOf(failure)
  return (
    <div class="failure">
      <p class="failure-head">
        {attempt !== undefined && `Attempt ${attempt}: `}
        <code>{code}</code>
        {severity === 'critical' && <span> critical</span>}
        {!retryable && <span class="soft"> not to be retried</span>}
      </p>
      <p class="said">
        <Written text={message} />
      </p>
      {causes.length > 0 && (
        <ol class="failure-causes">
          {causes.map(({ name, message: said }, place) => (
            <li key={place}>
              <span class="soft">because of </span>
              <code>{name}</code>{' '}
              <span class="said">
                <Written text={said} />
              </span>
            </li>
          ))}
        </ol>
      )}
      {hint !== undefined && <p class="soft">{hint}</p>}
      {output !== undefined && output.length > 0 && (
        <details open={stack === undefined}>
          <summary class="soft">Its last lines</summary>
          <pre>
            <Written text={output.join('\n')} />
          </pre>
        </details>
      )}
      {stack !== undefined && (
        <details>
          <summary class="soft">Stack</summary>
          <pre>
            <Written text={stack} />
          </pre>
          <CopyButton text={() => stack} />
        </details>
      )}
    </div>
  )
}

function causesOf({ cause }: Failure): readonly { readonly name: string; readonly message: string }[] {
  const causes = []
  for (let one = cause; one !== undefined && causes.length < 16; one = one.cause) causes.push(one)
  return causes
}
