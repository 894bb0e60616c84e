/** Colours code. Loaded with the first block that names its language; gives spans, never HTML. */
import { createLowlight } from 'lowlight'
import bash from 'highlight.js/lib/languages/bash'
import c from 'highlight.js/lib/languages/c'
import cpp from 'highlight.js/lib/languages/cpp'
import csharp from 'highlight.js/lib/languages/csharp'
import css from 'highlight.js/lib/languages/css'
import diff from 'highlight.js/lib/languages/diff'
import go from 'highlight.js/lib/languages/go'
import java from 'highlight.js/lib/languages/java'
import javascript from 'highlight.js/lib/languages/javascript'
import json from 'highlight.js/lib/languages/json'
import kotlin from 'highlight.js/lib/languages/kotlin'
import lua from 'highlight.js/lib/languages/lua'
import markdown from 'highlight.js/lib/languages/markdown'
import python from 'highlight.js/lib/languages/python'
import ruby from 'highlight.js/lib/languages/ruby'
import rust from 'highlight.js/lib/languages/rust'
import shell from 'highlight.js/lib/languages/shell'
import sql from 'highlight.js/lib/languages/sql'
import swift from 'highlight.js/lib/languages/swift'
import typescript from 'highlight.js/lib/languages/typescript'
import xml from 'highlight.js/lib/languages/xml'
import yaml from 'highlight.js/lib/languages/yaml'

export interface CodeSpan {
  readonly text: string
  /** One of the few kinds we colour; undefined is plain. */
  readonly scope: CodeScope | undefined
}

export type CodeScope = 'keyword' | 'string' | 'number' | 'comment' | 'name' | 'add' | 'remove'

/** A page has one accent; code has four quiet tones. Everything else stays ink. */
const scopeByClass: Readonly<Record<string, CodeScope>> = {
  keyword: 'keyword',
  built_in: 'keyword',
  type: 'keyword',
  literal: 'number',
  number: 'number',
  symbol: 'number',
  string: 'string',
  regexp: 'string',
  attr: 'name',
  attribute: 'name',
  name: 'keyword',
  property: 'name',
  title: 'name',
  function: 'name',
  section: 'name',
  comment: 'comment',
  quote: 'comment',
  meta: 'comment',
  addition: 'add',
  deletion: 'remove',
}

const lowlight = createLowlight({
  bash,
  c,
  cpp,
  csharp,
  css,
  diff,
  go,
  java,
  javascript,
  json,
  kotlin,
  lua,
  markdown,
  python,
  ruby,
  rust,
  shell,
  sql,
  swift,
  typescript,
  xml,
  yaml,
})

type Node = ReturnType<typeof lowlight.highlight>['children'][number]

/** Undefined for a language we do not know. */
export function highlight(language: string, text: string): readonly CodeSpan[] | undefined {
  const known = language.toLowerCase()
  if (!lowlight.registered(known)) return undefined
  const spans: CodeSpan[] = []
  const walk = (nodes: readonly Node[], scope: CodeScope | undefined): void => {
    for (const node of nodes) {
      if (node.type === 'text') spans.push({ text: node.value, scope })
      else if (node.type === 'element') walk(node.children, scopeOf(node.properties['className']) ?? scope)
    }
  }
  walk(lowlight.highlight(known, text).children, undefined)
  return spans
}

function scopeOf(classes: unknown): CodeScope | undefined {
  if (!Array.isArray(classes)) return undefined
  for (const name of classes) {
    const key = String(name).replace(/^hljs-/, '')
    if (Object.hasOwn(scopeByClass, key)) return scopeByClass[key]
  }
  return undefined
}
