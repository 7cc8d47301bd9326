// Payloads and records as Ruby Resque, the PHP libraries and node-resque write them, byte for byte.

/** Jobs in a queue. */
export const queuedBy = {
  ruby: '{"class":"InteropOk","args":[1,"a",{"b":null}]}',
  phpCb:
    '{"class":"OkJob","args":[{"a":1,"path":"\\/x\\/\\u00e9"}],"id":"2ac8c24920211d09891a0022a17f034f","queue_time":1795399796.296931}',
  phpRq:
    '{"class":"OkJob","args":[{"a":1}],"id":"afb700c95348b99f65d2765e6b8a8eef","prefix":"","queue_time":1795399796.554857}',
  phpEx: '{"class":"OkJob","args":[{"a":1}],"id":"9de8cc3ea677b1884834d74b839ca39e"}',
  node: '{"class":"add","queue":"nq","args":[1,2]}',
} as const

/** What `perform` is given for each of them. */
export const queuedArgs: Readonly<Record<keyof typeof queuedBy, readonly unknown[]>> = {
  ruby: [1, 'a', { b: null }],
  phpCb: [{ a: 1, path: '/x/é' }],
  phpRq: [{ a: 1 }],
  phpEx: [{ a: 1 }],
  node: [1, 2],
}

/** Jobs in a bucket, and what is to stand in their queue after the promotion. */
export const delayedBy = {
  ruby: {
    payload: '{"class":"InteropOk","args":[1,{"k":"v"}],"queue":"q1"}',
    queue: 'q1',
    promoted: '{"class":"InteropOk","args":[1,{"k":"v"}]}',
  },
  rubyWithBrackets: {
    payload: '{"class":"A::B","args":["]],\\"queue\\":[",1.0e-05],"queue":"q1"}',
    queue: 'q1',
    promoted: '{"class":"A::B","args":["]],\\"queue\\":[",1.0e-05]}',
  },
  php: {
    payload: '{"class":"OkJob","args":[{"path":"\\/x\\/\\u00e9"}],"queue":"pq"}',
    queue: 'pq',
    promoted: '{"class":"OkJob","args":[{"path":"\\/x\\/\\u00e9"}]}',
  },
  node: {
    payload: '{"class":"add","queue":"nq","args":[1,2]}',
    queue: 'nq',
    promoted: '{"class":"add","queue":"nq","args":[1,2]}',
  },
  spaced: {
    payload: '{ "queue": "sq", "args": [ 1.0 ], "class": "Spaced", "extra": [true] }',
    queue: 'sq',
    promoted: '{ "queue": "sq", "args": [ 1.0 ], "class": "Spaced", "extra": [true] }',
  },
  extraMembers: {
    payload: '{"class":"OkJob","args":[],"id":"abc","tags":["x"],"queue":"eq"}',
    queue: 'eq',
    promoted: '{"class":"OkJob","args":[],"id":"abc","tags":["x"],"queue":"eq"}',
  },
} as const

/** Entries of the failed list. */
export const failedBy = {
  ruby: '{"failed_at":"2026/11/23 02:06:01 UTC","payload":{"class":"InteropFail","args":[{"x":1}]},"exception":"RuntimeError","error":"interop failure [{\\"x\\"=>1}]","backtrace":["app/jobs.rb:54:in `block in <module:Interop>\'"],"worker":"web1:18742:q1,q9","queue":"q1"}',
  rubyKilled:
    '{"failed_at":"2026/11/23 02:06:02 UTC","payload":{"class":"InteropKill","args":[]},"exception":"Resque::DirtyExit","error":"Child process received unhandled signal pid 18752 SIGKILL (signal 9)","backtrace":[],"worker":"web1:18749:q1,q9","queue":"q1"}',
  rubyRetried:
    '{"failed_at":"2026/11/23 02:06:01 UTC","payload":{"class":"InteropFail","args":[]},"exception":"RuntimeError","error":"x","backtrace":null,"worker":"web1:18742:q1","queue":"q1","retried_at":"2026/11/23 02:06:03 UTC"}',
  phpCb:
    '{"failed_at":"Mon Nov 23 02:09:56 UTC 2026","payload":{"class":"FailJob","args":[{"a":1}],"id":"658922f378e3592a5a928ad0310dbb74","queue_time":1795399796.447731},"exception":"Exception","error":"interop failure {\\"a\\":1}","backtrace":["#0 lib\\/Resque\\/Job.php(194): InteropJob->perform()","#4 {main}"],"worker":"web1:20484:pq","queue":"pq"}',
  phpRq:
    '{"failed_at":"2026-11-23T02:09:57+00:00","payload":{"class":"FailJob","args":[{"a":1}],"id":"758922f378e3592a5a928ad0310dbb74","prefix":"","queue_time":1795399796.447731},"exception":"Exception","error":"e","backtrace":[],"worker":"web1:20484:pq","queue":"pq"}',
  node: '{"worker":"web1:21545","queue":"nq","payload":{"class":"bad","queue":"nq","args":[{"x":1}]},"exception":"Error","error":"boom","backtrace":["    at Worker.perform (…)"],"failed_at":"Mon Nov 23 2026 02:11:20 GMT+0000 (Coordinated Universal Time)"}',
} as const
