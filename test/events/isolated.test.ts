import { firstValueFrom, map, of, Subject, toArray } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { IsolatedObservable } from '../../src/events/isolated.ts'

function isolated() {
  const source = new Subject<number>()
  const thrown: unknown[] = []
  return {
    source,
    thrown,
    stream: new IsolatedObservable(source, () => ({ observerFailed: (one) => thrown.push(one) })),
  }
}

describe('an observer that throws', () => {
  it('is told about once and goes on being served', () => {
    const { source, thrown, stream } = isolated()
    const got: number[] = []
    stream.subscribe((value) => {
      got.push(value)
      throw new Error(`no ${value}`)
    })
    for (const value of [1, 2, 3]) source.next(value)
    expect(got).toEqual([1, 2, 3])
    expect(thrown).toEqual([new Error('no 1')])
  })

  it('harms no other, whether it came before or after', () => {
    const { source, thrown, stream } = isolated()
    const got: string[] = []
    stream.subscribe((value) => got.push(`before ${value}`))
    for (const name of ['a', 'b']) {
      stream.subscribe({
        next: () => {
          throw new Error(name)
        },
      })
    }
    stream.subscribe((value) => got.push(`after ${value}`))
    source.next(1)
    source.next(2)
    expect(got).toEqual(['before 1', 'after 1', 'before 2', 'after 2'])
    expect(thrown).toEqual([new Error('a'), new Error('b')])
  })
})

describe('an observer', () => {
  it('is told the end, as a function or as an object, and nothing after it has left', () => {
    const { source, stream } = isolated()
    const got: string[] = []
    stream.subscribe(
      () => {},
      null,
      () => got.push('end, by function'),
    )
    stream.subscribe({ complete: () => got.push('end, by object') })
    stream.subscribe()
    const left = stream.subscribe({
      next: () => got.push('next'),
      complete: () => got.push('end, to who left'),
    })
    left.unsubscribe()
    source.next(1)
    source.complete()
    expect(got).toEqual(['end, by function', 'end, by object'])
  })

  it('is told an error of the source', () => {
    const { source, stream } = isolated()
    const errors: unknown[] = []
    stream.subscribe({ error: (error: unknown) => errors.push(error) })
    source.error('broken')
    expect(errors).toEqual(['broken'])
  })

  it('keeps its own this', () => {
    const { source, stream } = isolated()
    const observer = {
      sum: 0,
      next(value: number) {
        this.sum += value
      },
    }
    stream.subscribe(observer)
    source.next(2)
    source.next(3)
    expect(observer.sum).toBe(5)
  })
})

describe('what is built on the stream', () => {
  it('works as with any observable', async () => {
    const stream = new IsolatedObservable(of(1, 2, 3), () => expect.unreachable())
    const doubled = stream.pipe(
      map((value) => 2 * value),
      toArray(),
    )
    expect(await firstValueFrom(doubled)).toEqual([2, 4, 6])
  })
})
