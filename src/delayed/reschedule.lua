-- Moves a delayed or waiting job to another second, by its id; its bytes stay as they are. Looks at a bounded
-- number of entries; call again with the reply's second value until the first is not 'more'.
-- KEYS[1] delayed_queue_schedule   KEYS[2] queues   KEYS[3] the job's status   KEYS[4] the leader's lock
-- KEYS[5] node-resque's lock
-- ARGV[1] '' or a test clock's milliseconds   ARGV[2] id   ARGV[3] entries to skip   ARGV[4] entries to look at
-- ARGV[5] text before a job's id   ARGV[6] text before a second   ARGV[7] text before a queue's name
-- ARGV[8] the new second   ARGV[9] channel that wakes workers
-- ARGV[10] text before a payload in the key of Ruby's index   ARGV[11] text before the digits of our index
-- ARGV[12] text before a limit in the key of its parked jobs   ARGV[13] from where on the id is looked for in an entry
-- reply: { 'moved' | 'more' | 'missing' | 'other', entries to skip next | code of the job's state }
-- @include now
-- @include payload
-- @include status
-- @include enqueue
-- @include delayed-status
-- @include delayed-index
-- @include ruby-index
-- @include ruby-hands
-- @include take
local now_ms, now_s = now(ARGV[1])
local id, skip, limit, due = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[8]
local found = find_job(id, skip, limit, tonumber(ARGV[13]), ARGV[5], ARGV[6], ARGV[7], ARGV[12])
local payload = found.payload
if not payload then
  if found.more then return { 'more', skip + limit } end
  if found.code ~= 63 then return { 'other', found.code } end
  return { 'missing', 0 }
end

if found.due and is_in_rubys_hands(found.due, now_s, KEYS[4], KEYS[5]) then return { 'other', found.code } end

-- Asked before the job is taken out of where it is: a script that fails half way is not rolled back.
local kind, class, queue, _, seconds, prefix = read_payload(payload)
local is_due = tonumber(due) <= now_s
local target = is_due and ARGV[7] .. queue or ARGV[6] .. due
local target_type = redis.call('TYPE', target).ok
if target_type ~= 'list' and target_type ~= 'none' then
  return redis.error_reply('WRONGTYPE ' .. target .. ' holds something else than a list')
end

local was_indexed = take_out(found, KEYS[1], ARGV[10])
if is_due then
  local batch = new_batch(ARGV[5], now_ms, now_s)
  add_to_batch(batch, queue, payload, kind, class, id, seconds, prefix)
  enqueue_batch(batch, KEYS[2], ARGV[7], ARGV[9], function(_, reason) error(reason) end)
  return { 'moved', 1 }
end
redis.call('RPUSH', target, payload)
redis.call('ZADD', KEYS[1], due, due)
if was_indexed then redis.call('SADD', ARGV[10] .. payload, 'delayed:' .. due) end
note_hint(ARGV[11], id, due)
write_delayed_status(KEYS[3], id, class, queue, seconds, due, now_ms, now_s)
return { 'moved', 63 }
