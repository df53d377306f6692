export type Pen = CanvasRenderingContext2D

/** Clears the canvas, which gets as many pixels as the screen has there. The pen takes CSS pixels. */
export function penOn(canvas: HTMLCanvasElement, width: number, height: number): Pen {
  const ratio = devicePixelRatio
  const [across, down] = [Math.round(width * ratio), Math.round(height * ratio)]
  if (canvas.width !== across || canvas.height !== down) {
    canvas.width = across
    canvas.height = down
    canvas.style.width = `${width}px`
    canvas.style.height = `${height}px`
  }
  const pen = canvas.getContext('2d')!
  pen.setTransform(ratio, 0, 0, ratio, 0, 0)
  pen.clearRect(0, 0, width, height)
  return pen
}

export function strokeLine(pen: Pen, x: number, y: number, toX: number, toY: number, colour: string): void {
  pen.strokeStyle = colour
  pen.lineWidth = 1
  pen.beginPath()
  pen.moveTo(x, y)
  pen.lineTo(toX, toY)
  pen.stroke()
}

export function fillBox(
  pen: Pen,
  x: number,
  y: number,
  width: number,
  height: number,
  colour: string | CanvasPattern,
): void {
  pen.fillStyle = colour
  pen.fillRect(x, y, width, height)
}
