/**
 * Builds the web app into dist/app: the page, the service worker with its list of files, nothing else.
 *
 * `--mode fixtures` builds the same interface over the fake chat into dist/fixtures, for screenshots and page tests;
 * it is never part of the production build. Workspaces are read by their `source` condition, so no package is built first.
 */
import { createHash } from 'node:crypto'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'
import { besides } from './build/besides.ts'
import { groups, noFacades } from './build/parts.ts'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Newest emoji version every platform we support can draw. */
const newestEmojiVersion = 15

/** Leaves of the emoji data what the picker reads: 770 KB become 250. */
function smallEmojiData(): Plugin {
  return {
    name: 'kith-emoji-data',
    enforce: 'pre',
    load(id) {
      if (!/emojibase-data\/\w+\/data\.json$/.test(id)) return null
      const emoji = JSON.parse(readFileSync(id, 'utf8')) as readonly Record<string, unknown>[]
      const small = emoji
        .filter(({ group, version }) => group !== undefined && Number(version) <= newestEmojiVersion)
        .map(({ emoji: text, label, tags, group, version }) => ({ emoji: text, label, tags, group, version }))
      return { code: `export default JSON.parse(${JSON.stringify(JSON.stringify(small))})`, moduleType: 'js' }
    },
  }
}

/** Writes the files of the build, and a version made from their contents, into the service worker. */
function precacheList(): Plugin {
  return {
    name: 'kith-precache',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const worker = bundle['sw.js']
        if (worker?.type !== 'asset') return
        const hash = createHash('sha256')
        const files = ['./']
        for (const name of Object.keys(bundle).sort()) {
          const file = bundle[name]
          if (file === undefined || name === 'sw.js' || name.endsWith('.map')) continue
          hash.update(name).update(file.type === 'chunk' ? file.code : file.source)
          if (!name.endsWith('.html')) files.push(`./${name}`)
        }
        for (const name of readdirSync(here('public')).sort()) {
          hash.update(name).update(readFileSync(here(`public/${name}`)))
          files.push(`./${name}`)
        }
        const version = hash.digest('hex').slice(0, 16)
        const replace = (token: RegExp, text: string): void => {
          const code = String(worker.source)
          if (!token.test(code)) throw new Error(`the service worker has lost its ${token}`)
          worker.source = code.replace(token, () => text)
        }
        replace(/__KITH_VERSION__/, version)
        replace(/(["'`])__KITH_FILES__\1/, JSON.stringify(JSON.stringify(files)))
      },
    },
  }
}

/** Smaller files do not pay for their second header. */
const minCompressedBytes = 1024

/** Lays a `.br` and a `.gz` beside every text file: compressed once and well, not by the relay for each visitor. */
function precompressed(): Plugin {
  return {
    name: 'kith-precompressed',
    apply: 'build',
    writeBundle(options) {
      const folder = options.dir ?? ''
      for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
        if (!/\.(?:js|css|html|svg|webmanifest)$/.test(name)) continue
        const content = readFileSync(join(folder, name))
        if (content.length < minCompressedBytes) continue
        writeFileSync(join(folder, `${name}.br`), brotliCompressSync(content))
        writeFileSync(join(folder, `${name}.gz`), gzipSync(content, { level: 9 }))
      }
    },
  }
}

const target = 'es2023'
const conditions = ['source', 'import', 'module', 'browser', 'default']
const programs = { 'sw.js': here('src/sw.ts'), 'blob-worker.js': here('src/blob-worker.ts') }

export default defineConfig(({ mode }) => {
  const fixtures = mode === 'fixtures'
  return {
    root: here('.'),
    // Relative, so that the same build works at any path of any host.
    base: './',
    plugins: [
      react(),
      smallEmojiData(),
      ...(fixtures ? [] : [besides(programs, { target, conditions }), noFacades(), precacheList(), precompressed()]),
    ],
    resolve: {
      conditions,
      // markdown-it's table of 2,000 named entities (16 KB gz) is not wanted: `&nbsp;` in a chat means those letters.
      alias: { entities: here('src/markdown/entities.ts') },
    },
    build: {
      outDir: here(fixtures ? 'dist/fixtures' : 'dist/app'),
      emptyOutDir: true,
      target,
      sourcemap: false,
      // A data: URL would need font-src or style-src to allow it.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rollupOptions: {
        input: fixtures ? { fixtures: here('fixtures.html') } : { index: here('index.html') },
        output: {
          ...(fixtures ? {} : { codeSplitting: { groups: groups() } }),
        },
      },
    },
  }
})
