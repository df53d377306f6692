import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

const here = fileURLToPath(new URL('.', import.meta.url))
const project = resolve(here, '../../..')

/** The page as one file, with its styles and its script in it, so that it can be saved and opened from a disk. */
const oneFile = {
  name: 'one-file',
  enforce: 'post',
  generateBundle(_options, bundle) {
    const page = bundle['index.html']
    let html = String(page.source)
    let styles = ''
    for (const [name, file] of Object.entries(bundle)) {
      if (name === 'index.html') continue
      if (file.type === 'chunk') {
        const tag = /<script[^>]*src="[^"]*"[^>]*><\/script>/
        // The script stands behind the element that it fills, and nothing in it may end it early.
        const code = file.code.replace(/<\/(script)/gi, '<\\/$1').replace(/<!--/g, '<\\!--')
        html = html.replace(tag, '').replace('</body>', () => `<script type="module">${code}</script></body>`)
      } else styles = file.source
      delete bundle[name]
    }
    // The page packs better with them last, and until the script has run there is nothing to style.
    html = html.replace(/<link rel="stylesheet"[^>]*>/, '')
    html = html.replace('</body>', () => `<style>${styles}</style></body>`)
    page.source = html
    page.fileName = 'inspector.html'
  },
}

export default defineConfig({
  root: here,
  base: './',
  logLevel: 'warn',
  plugins: [oneFile],
  // Elements whose children are arguments are smaller than the newer way, which has them in a list by name.
  oxc: {
    jsx: { runtime: 'classic', pragma: 'jsxElement', pragmaFrag: 'JsxFragment' },
    jsxInject: "import { h as jsxElement, Fragment as JsxFragment } from 'preact'",
  },
  build: {
    outDir: resolve(project, process.env.DAGMAR_DIST ?? 'dist'),
    emptyOutDir: false,
    // Browsers of the last two years need nothing spelled out for older ones.
    target: ['chrome131', 'firefox133', 'safari18.2'],
    modulePreload: false,
    cssCodeSplit: false,
    assetsInlineLimit: 100_000,
    rolldownOptions: {
      optimization: { inlineConst: { mode: 'all', pass: 3 } },
      output: { codeSplitting: false },
    },
  },
})
