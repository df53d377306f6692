import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { Lines } from '../../src/executors/process/lines.ts'

describe('lines', () => {
  const line = fc.integer({ min: 0, max: 150_000 }).map((length) => `${'x'.repeat(length)}\n`)
  const texts = fc.oneof(
    fc.array(fc.constantFrom('a', '\n', 'bc\n', '\n\n')),
    fc.array(line, { maxLength: 4 }),
  )

  test.prop([texts, fc.integer({ min: 1, max: 70_000 })], { numRuns: 200 })(
    'are all there, in pieces of whole lines or of 64 KiB, however they arrive',
    (parts, size) => {
      const text = parts.join('')
      const pieces: string[] = []
      const lines = new Lines((piece) => pieces.push(piece.toString()))
      const bytes = Buffer.from(text)
      for (let at = 0; at < bytes.length; at += size) lines.push(bytes.subarray(at, at + size))
      const whole = pieces.length
      lines.end()
      expect(pieces.join('')).toBe(text)
      expect(pieces.length - whole).toBeLessThanOrEqual(1)
      for (const piece of pieces.slice(0, whole)) {
        expect(piece.endsWith('\n') || piece.length === 65_536).toBe(true)
        expect(piece.length).toBeLessThanOrEqual(65_537)
      }
    },
  )
})
