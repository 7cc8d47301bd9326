// What stands before every key. On a Redis Cluster it holds a hash tag, a word in braces: keys with the same tag
// are kept on one node, as a script that uses several of them needs.

import { InvalidArgumentError } from '../errors.ts'

export const defaultNamespace = 'resque'

/** What stands between the first brace and the next closing one decides, unless it is empty. */
function hasHashTag(namespace: string): boolean {
  const open = namespace.indexOf('{')
  return open >= 0 && namespace.indexOf('}', open + 1) > open + 1
}

/**
 * The namespace to use: on a Cluster the default, `resque`, becomes `{resque}`.
 * @throws InvalidArgumentError for another one without a hash tag on a Cluster
 */
export function namespaceOn(isCluster: boolean, given: string = defaultNamespace): string {
  if (!isCluster || hasHashTag(given)) return given
  if (given === defaultNamespace) return `{${defaultNamespace}}`
  const cure = `Write {${given.replace(/[{}]/g, '')}}, for every program that shares it.`
  throw new InvalidArgumentError(
    'namespace',
    given,
    `the namespace "${given}" has no hash tag: a Redis Cluster would spread its keys over several nodes. ${cure}`,
  )
}
