-- Adds jobs of any kind to the delayed set, each in the bucket of its second. A job whose second has come by Redis's
-- clock goes straight into its queue: nobody may append to a bucket that a scheduler may be emptying.
-- KEYS[1] delayed_queue_schedule   KEYS[2] queues
-- ARGV[1] '' or a test clock's milliseconds   ARGV[2] text before a second in a bucket's key
-- ARGV[3] text before a queue's name   ARGV[4] text before a job's id   ARGV[5] channel that wakes workers
-- ARGV[6] text before a payload in the key of Ruby's index
-- ARGV[7] '1' when this call may have been carried out before: jobs already known are left out
-- ARGV[8] text before the digits in the key of our index
-- ARGV[9], ARGV[10], ARGV[11], … triples: due second, queue, the payloads of both, one a line
-- reply: { milliseconds of Redis, number of jobs that were due already }
-- @include now
-- @include payload
-- @include status
-- @include enqueue
-- @include known
-- @include delayed-index
local now_ms, now_s = now(ARGV[1])
local batch = new_batch(ARGV[4], now_ms, now_s)
local again = ARGV[7] == '1'
local buckets, order, indexed, due_now = {}, {}, {}, 0
local jobs = read_lines(ARGV, 9, 3, ARGV[4])

-- The first of two calls may come later than the second: what the second adds is given a record, by which the
-- first one knows it. All of them have theirs before one is added, since delay.lua looks at one of them.
local function is_delayed_already(id, bucket)
  if not again then return false end
  for _, payload in ipairs(redis.call('LRANGE', bucket, -2000, -1)) do
    if string.find(payload, id, 1, true) then return true end
  end
  return false
end

local function note_delayed(payload, id, queue, due)
  local _, class, _, _, seconds = read_payload(payload)
  local record = status_record(63, class, queue, seconds, ',"due":' .. due, now_ms, now_s)
  redis.call('SET', status_key(ARGV[4], id), record)
end

local function enqueue(payload, queue)
  local kind, class, _, id, seconds, prefix = read_payload(payload)
  add_to_batch(batch, queue, queued_form(kind, payload), kind, class, id, seconds, prefix)
  due_now = due_now + 1
end

local function bucket_of(due)
  local list = buckets[due]
  if list then return list end
  list = {}
  buckets[due] = list
  order[#order + 1] = due
  return list
end

local function delay(job, due, queue)
  local list = bucket_of(due)
  list[#list + 1] = job.payload
  if not job.id then
    if read_payload(job.payload) == 'ruby' then indexed[#indexed + 1] = { job.payload, due } end
    return
  end
  note_hint(ARGV[8], job.id, due)
  if again and is_tracked(job.id) then note_delayed(job.payload, job.id, queue, due) end
end

for _, job in ipairs(jobs) do
  local due, queue = ARGV[job.at], ARGV[job.at + 1]
  local is_known = job.is_known or (job.id and is_tracked(job.id) and is_delayed_already(job.id, ARGV[2] .. due))
  if not is_known then
    if tonumber(due) <= now_s then enqueue(job.payload, queue) else delay(job, due, queue) end
  end
end

local refusal
enqueue_batch(batch, KEYS[2], ARGV[3], ARGV[5], function(_, reason) refusal = reason end)
if refusal then return redis.error_reply(refusal) end
for _, due in ipairs(order) do
  redis.call('RPUSH', ARGV[2] .. due, unpack(buckets[due]))
  redis.call('ZADD', KEYS[1], due, due)
end
for _, entry in ipairs(indexed) do redis.call('SADD', ARGV[6] .. entry[1], 'delayed:' .. entry[2]) end
return { digits(now_ms), due_now }
