// Bundles live.js, charts.js and the fonts into dist, each with the hash of its content in the name, and writes manifest.json:
// from the plain name to the name with the hash. axe.js is for tests and is not served.
import { build } from 'esbuild'
import { createHash } from 'node:crypto'
import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'

const out = 'dist'
mkdirSync(out, { recursive: true })
for (const f of readdirSync(out)) if (f !== '.gitkeep') rmSync(`${out}/${f}`)

const manifest = {}
function put (name, content) {
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 12)
  const dot = name.lastIndexOf('.')
  const hashed = `${name.slice(0, dot)}-${hash}${name.slice(dot)}`
  writeFileSync(`${out}/${hashed}`, content)
  manifest[name] = hashed
}

const js = await build({ entryPoints: ['src/charts.js'], bundle: true, minify: true, write: false, format: 'esm', target: 'es2020', legalComments: 'none' })
put('charts.js', Buffer.from(js.outputFiles[0].contents))
const live = await build({ entryPoints: ['src/live.js'], minify: true, write: false, target: 'es2020', legalComments: 'none' })
put('live.js', Buffer.from(live.outputFiles[0].contents))
put('inter.woff2', readFileSync('node_modules/@fontsource-variable/inter/files/inter-latin-wght-normal.woff2'))
put('source-serif.woff2', readFileSync('node_modules/@fontsource-variable/source-serif-4/files/source-serif-4-latin-wght-normal.woff2'))
writeFileSync(`${out}/manifest.json`, JSON.stringify(manifest, null, 2))
copyFileSync('node_modules/axe-core/axe.min.js', `${out}/axe.js`)
