/** The tree of a message as React elements. Text only ever becomes text nodes. */
import { Fragment, memo, useMemo, type ReactElement } from 'react'
import { Image } from 'lucide-react'
import { useTabStop } from '../app/tab-stop.ts'
import { useMessages } from '../messages/messages.tsx'
import { Mentioned } from '../timeline/mentioned.tsx'
import { CodeBlock } from './code-block.tsx'
import { parseMarkdown, type Block, type Inline } from './parse.ts'
import './markdown.css'

function Inlines({ nodes }: { readonly nodes: readonly Inline[] }): ReactElement {
  return (
    <>
      {nodes.map((node, index) => (
        <InlineNode key={index} node={node} />
      ))}
    </>
  )
}

function InlineNode({ node }: { readonly node: Inline }): ReactElement {
  const words = useMessages()
  const tabIndex = useTabStop()
  switch (node.type) {
    case 'text':
      return node.text.includes('@') ? <Mentioned text={node.text} /> : <Fragment>{node.text}</Fragment>
    case 'code':
      return <code>{node.text}</code>
    case 'break':
      return <br />
    case 'strong':
      return (
        <strong>
          <Inlines nodes={node.children} />
        </strong>
      )
    case 'emphasis':
      return (
        <em>
          <Inlines nodes={node.children} />
        </em>
      )
    case 'strike':
      return (
        <s>
          <Inlines nodes={node.children} />
        </s>
      )
    case 'link':
      return (
        <a href={node.href} tabIndex={tabIndex} target="_blank" rel="noopener noreferrer nofollow">
          <Inlines nodes={node.children} />
        </a>
      )
    case 'image': {
      const text = (
        <>
          <Image size={16} aria-hidden /> {words.timeline.imageLink(node.alt)}
        </>
      )
      return node.href === undefined ? (
        <span className="md-image">{text}</span>
      ) : (
        <a className="md-image" href={node.href} tabIndex={tabIndex} target="_blank" rel="noopener noreferrer nofollow">
          {text}
        </a>
      )
    }
  }
}

function Blocks({ nodes }: { readonly nodes: readonly Block[] }): ReactElement {
  return (
    <>
      {nodes.map((node, index) => (
        <BlockNode key={index} node={node} />
      ))}
    </>
  )
}

function BlockNode({ node }: { readonly node: Block }): ReactElement {
  switch (node.type) {
    case 'paragraph':
      return (
        <p>
          <Inlines nodes={node.children} />
        </p>
      )
    case 'heading':
      // Not <h1>: headings of messages would drown the page's own outline.
      return (
        <p className={`md-heading level-${Math.min(node.level, 3)}`}>
          <Inlines nodes={node.children} />
        </p>
      )
    case 'code':
      return <CodeBlock language={node.language} text={node.text} />
    case 'quote':
      return (
        <blockquote>
          <Blocks nodes={node.children} />
        </blockquote>
      )
    case 'list': {
      const items = node.items.map((item, index) => (
        <li key={index}>
          <Blocks nodes={item} />
        </li>
      ))
      return node.start === undefined ? <ul>{items}</ul> : <ol start={node.start}>{items}</ol>
    }
    case 'rule':
      return <hr />
    case 'table':
      return (
        <div className="md-table" tabIndex={0}>
          <table>
            <thead>
              <tr>
                {node.head.map((cell, index) => (
                  <th key={index} scope="col">
                    <Inlines nodes={cell} />
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {node.rows.map((row, index) => (
                <tr key={index}>
                  {row.map((cell, column) => (
                    <td key={column}>
                      <Inlines nodes={cell} />
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )
  }
}

export const Markdown: React.NamedExoticComponent<{ readonly text: string }> = memo(function Markdown({
  text,
}): ReactElement {
  const tree = useMemo(() => parseMarkdown(text), [text])
  return (
    <div className="md">
      <Blocks nodes={tree} />
    </div>
  )
})
