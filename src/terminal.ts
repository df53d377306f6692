export { render, type Rendered, type RenderOptions } from './cli/render/render.ts'
