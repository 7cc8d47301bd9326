-- Claims occurrences of recurring entries and enqueues their jobs, in one step: an occurrence that was claimed
-- before, or an older one, is left out. The claim is the planned time in KEYS[1]; it only ever grows.
-- KEYS[1] recurring_last:<app>   KEYS[2] queues   KEYS[3] delayed:last_enqueued_at   KEYS[4] the leader's lock
-- KEYS[5] failed   KEYS[6] recurring_jobs:<app>
-- ARGV[1] '' or a test clock's milliseconds   ARGV[2] my value in the lock, or '' to fire without leading
-- ARGV[3] text before a queue's name   ARGV[4] text before a job's id   ARGV[5] channel that wakes workers
-- ARGV[6] now, as Ruby writes it for its UI   ARGV[7] now, as the failed list writes it
-- ARGV[8], … groups of five: entry, planned milliseconds, overlap ('allow', 'skip' or 'queue_one'), queue,
--            payload or '' (claim only: the run is skipped)
-- reply: { 1 when leading else 0, milliseconds of Redis, then for each group
--          0 left out | 1 claimed | 2 claimed, but not enqueued because the last run's job has not ended }
-- @include now
-- @include payload
-- @include status
-- @include enqueue
-- @include quarantine
local now_ms, now_s = now(ARGV[1])
if ARGV[2] ~= '' and redis.call('GET', KEYS[4]) ~= ARGV[2] then return { 0, digits(now_ms) } end

local reply = { 1, digits(now_ms) }
local batch = new_batch(ARGV[4], now_ms, now_s)

-- 'skip' waits for the last job to end, 'queue_one' only for it to leave the queue.
local function overlaps(name, overlap)
  if overlap == 'allow' then return false end
  local id = redis.call('HGET', KEYS[6], name)
  local record = id and redis.call('GET', status_key(ARGV[4], id))
  local code = record and tonumber(string.match(record, '"status":(%d+)'))
  return code == 1 or code == 63 or (code == 2 and overlap == 'skip')
end

-- A registered entry that never ran has its moment of registration as a negative number.
local function claim(name, planned)
  if tonumber(planned) <= tonumber(redis.call('HGET', KEYS[1], name) or 0) then return false end
  redis.call('HSET', KEYS[1], name, planned)
  return true
end

local function enqueue(name, queue, payload)
  local kind, class, _, id, seconds, prefix = read_payload(payload)
  redis.call('HSET', KEYS[3], name, ARGV[6])
  if id then redis.call('HSET', KEYS[6], name, id) end
  add_to_batch(batch, queue, queued_form(kind, payload, queue), kind, class, id, seconds, prefix)
end

for index = 8, #ARGV, 5 do
  local name, planned, payload = ARGV[index], ARGV[index + 1], ARGV[index + 4]
  local outcome = 0
  if claim(name, planned) then
    outcome = payload ~= '' and overlaps(name, ARGV[index + 2]) and 2 or 1
    if outcome == 1 and payload ~= '' then enqueue(name, ARGV[index + 3], payload) end
  end
  reply[#reply + 1] = outcome
end
enqueue_batch(batch, KEYS[2], ARGV[3], ARGV[5], function(payload, reason)
  quarantine(KEYS[5], ARGV[7], payload, 'could not be enqueued: ' .. reason)
end)
return reply
