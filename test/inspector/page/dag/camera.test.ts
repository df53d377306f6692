import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  anchored,
  type Camera,
  fitted,
  kept,
  mostZoom,
  opening,
  type Place,
  revealing,
  zoomedAt,
} from '../../../../src/inspector/page/dag/camera.ts'

const place = fc.record({ x: fc.integer({ min: -900, max: 900 }), y: fc.integer({ min: -900, max: 900 }) })
const size = fc.record({
  width: fc.integer({ min: 1, max: 9_000 }),
  height: fc.integer({ min: 1, max: 9_000 }),
})
const camera = fc
  .tuple(place, fc.integer({ min: 2, max: 200 }))
  .map(([at, percent]): Camera => ({ ...at, zoom: percent / 100 }))
const screen = { width: 800, height: 500 }

const onScreen = ({ x, y, zoom }: Camera, at: Place): Place => ({ x: at.x * zoom + x, y: at.y * zoom + y })

function expectNear(a: Place, b: Place): void {
  expect(a.x).toBeCloseTo(b.x, 6)
  expect(a.y).toBeCloseTo(b.y, 6)
}

describe('the camera', () => {
  it('sees the whole picture in its middle when it is fitted, and never larger than it is', () => {
    fc.assert(
      fc.property(size, (picture) => {
        const seen = fitted(picture, screen)
        const [start, end] = [
          onScreen(seen, { x: 0, y: 0 }),
          onScreen(seen, { x: picture.width, y: picture.height }),
        ]
        expect(seen.zoom).toBeLessThanOrEqual(1)
        expectNear({ x: start.x + end.x, y: start.y + end.y }, { x: screen.width, y: screen.height })
        expect(Math.min(start.x, start.y)).toBeGreaterThanOrEqual(0)
      }),
    )
  })

  it('opens a picture of few boxes at its beginning where it could not be read as a whole', () => {
    const wide = { width: 4_000, height: 100 }
    expect(opening(wide, screen, 20)).toEqual({ x: 24, y: 215, zoom: 0.7 })
    expect(opening(wide, screen, 500)).toEqual(fitted(wide, screen))
    expect(opening({ width: 600, height: 100 }, screen, 20)).toEqual(
      fitted({ width: 600, height: 100 }, screen),
    )
  })

  it('keeps what is under the pointer there while it zooms, within its limits', () => {
    fc.assert(
      fc.property(camera, place, fc.integer({ min: 1, max: 400 }), (before, at, percent) => {
        const after = zoomedAt(before, at, percent / 100)
        const under = { x: (at.x - before.x) / before.zoom, y: (at.y - before.y) / before.zoom }
        expectNear(onScreen(after, under), at)
        expect(after.zoom).toBeLessThanOrEqual(mostZoom)
      }),
    )
  })

  it('keeps what it is anchored to where it is on the screen', () => {
    fc.assert(
      fc.property(camera, place, place, (seen, before, after) => {
        expectNear(onScreen(anchored(seen, before, after), after), onScreen(seen, before))
      }),
    )
  })

  it('moves only if it has to, to show a place', () => {
    const seen = { x: 0, y: 0, zoom: 1 }
    expect(revealing(seen, { x: 100, y: 100, width: 50, height: 20 }, screen)).toEqual(seen)
    fc.assert(
      fc.property(camera, place, (from, at) => {
        const box = { ...at, width: 120, height: 28 }
        const after = revealing(from, box, screen)
        const [start, end] = [onScreen(after, at), onScreen(after, { x: at.x + 120, y: at.y + 28 })]
        expect(Math.min(start.x, start.y)).toBeGreaterThanOrEqual(0)
        expect(end.x).toBeLessThanOrEqual(screen.width)
        expect(end.y).toBeLessThanOrEqual(screen.height)
      }),
    )
  })

  it('never loses sight of the picture', () => {
    fc.assert(
      fc.property(camera, size, (seen, picture) => {
        const { x, y, zoom } = kept(seen, picture, screen)
        expect(x).toBeLessThan(screen.width)
        expect(y).toBeLessThan(screen.height)
        expect(x + picture.width * zoom).toBeGreaterThan(0)
        expect(y + picture.height * zoom).toBeGreaterThan(0)
      }),
    )
  })
})
