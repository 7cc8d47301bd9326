// The only reader of process.env. Names are Ruby's and PHP's where they exist.

export interface Environment {
  readonly redisUrl: string
  readonly namespace: string
}

export type Variables = Readonly<Record<string, string | undefined>>

/** Where Redis is and under which namespace, when nobody says otherwise. */
export function environment(variables: Variables = process.env): Environment {
  return {
    redisUrl: variables['REDIS_URL'] || 'redis://127.0.0.1:6379',
    namespace: variables['RESQUE_NAMESPACE'] || 'resque',
  }
}
