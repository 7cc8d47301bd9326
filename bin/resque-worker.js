#!/usr/bin/env node
import { contextOf } from '../dist/cli/context.js'
import { main } from '../dist/cli/worker-program.js'

// A job that was put back while it ran must not run on in a process that has said goodbye.
process.exit(await main(contextOf(process)))
