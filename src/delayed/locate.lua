-- Tells whether a delayed job is there, and its payload. Bounded like cancel.lua.
-- KEYS[1] the job's status
-- ARGV[1] id   ARGV[2] entries to skip   ARGV[3] entries to look at
-- ARGV[4] text before a job's id   ARGV[5] text before a second   ARGV[6] text before a queue's name
-- reply: { 'found', payload, due second } | { 'more', entries to skip next } | { 'missing' }
-- @include now
-- @include payload
-- @include status
-- @include ruby-index
-- @include take
local id, skip, limit = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local code, key, due, record = place_of(id, ARGV[4], ARGV[5], ARGV[6])
if code ~= 63 then return { 'missing' } end
local payload, more = find_delayed(id, key, record, skip, limit, 1)
if payload then return { 'found', payload, due } end
if more then return { 'more', skip + limit } end
return { 'missing' }
