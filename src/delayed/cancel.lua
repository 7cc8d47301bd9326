-- Takes a delayed or waiting job out, by its id. Looks at a bounded number of entries; call again with the
-- reply's second value until the first is not 'more'.
-- KEYS[1] delayed_queue_schedule   KEYS[2] attempts   KEYS[3] deaths   KEYS[4] the job's status
-- KEYS[5] the leader's lock   KEYS[6] node-resque's lock
-- ARGV[1] '' or a test clock's milliseconds   ARGV[2] id   ARGV[3] entries to skip   ARGV[4] entries to look at
-- ARGV[5] text before a job's id   ARGV[6] text before a second   ARGV[7] text before a queue's name
-- ARGV[8] seconds that the final status is kept
-- ARGV[9] channel that tells who waits for the end of a job
-- ARGV[10] text before a payload in the key of Ruby's index
-- ARGV[11] text before a limit in the key of its parked jobs   ARGV[12] from where on the id is looked for in an entry
-- reply: { 'cancelled' | 'more' | 'missing' | 'other', entries to skip next | code of the job's state }
-- @include now
-- @include payload
-- @include status
-- @include ruby-index
-- @include ruby-hands
-- @include take
local now_ms, now_s = now(ARGV[1])
local id, skip, limit = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local found = find_job(id, skip, limit, tonumber(ARGV[12]), ARGV[5], ARGV[6], ARGV[7], ARGV[11])
if not found.payload then
  if found.more then return { 'more', skip + limit } end
  if found.code ~= 63 then return { 'other', found.code } end
  return { 'missing', 0 }
end
if found.due and is_in_rubys_hands(found.due, now_s, KEYS[5], KEYS[6]) then return { 'other', found.code } end
take_out(found, KEYS[1], ARGV[10])
local _, class, queue, _, seconds = read_payload(found.payload)
redis.call('HDEL', KEYS[2], id)
redis.call('HDEL', KEYS[3], id)
redis.call('SET', KEYS[4], status_record(64, class, queue or '', seconds, '', now_ms, now_s), 'EX', ARGV[8])
redis.pcall('PUBLISH', ARGV[9], id)
return { 'cancelled', found.code }
