-- A due job's class has been asked: the job goes where it said, out of the list of those that wait for a word.
-- KEYS[1] asked   KEYS[2] queues   KEYS[3] failed   KEYS[4] the leader's lock
-- ARGV[1] '' or a test clock's milliseconds   ARGV[2] my value in the lock, or '' to answer without leading
-- ARGV[3] payload   ARGV[4] 'enqueue' | 'taken' (the class has seen to it) | 'vetoed' | 'failed'
-- ARGV[5] text before a queue's name   ARGV[6] text before a job's id   ARGV[7] channel that wakes workers
-- ARGV[8] channel for who waits for an end   ARGV[9] seconds that a final status is kept
-- ARGV[10] now, as the failed list writes it   ARGV[11] 'failed': the failure's members after "payload"
-- ARGV[12] 'failed': the status record's error member, with its leading comma
-- reply: { 1 when leading else 0, 1 when the job was still waiting for this answer else 0 }
-- @include now
-- @include payload
-- @include status
-- @include enqueue
-- @include json-text
-- @include quarantine
local now_ms, now_s = now(ARGV[1])
if ARGV[2] ~= '' and redis.call('GET', KEYS[4]) ~= ARGV[2] then return { 0, 0 } end
local trouble = failed_list_trouble(KEYS[3])
if trouble then return trouble end
local payload, verdict = ARGV[3], ARGV[4]
if redis.call('LREM', KEYS[1], 1, payload) == 0 then return { 1, 0 } end
local kind, class, queue, id, seconds, prefix = read_payload(payload)

local function enqueue()
  local batch = new_batch(ARGV[6], now_ms, now_s)
  add_to_batch(batch, queue, queued_form(kind, payload), kind, class, id, seconds, prefix)
  enqueue_batch(batch, KEYS[2], ARGV[5], ARGV[7], function(refused, reason, name)
    quarantine_queued(batch, KEYS[3], ARGV[10], refused, 'could not be promoted: ' .. reason, name)
  end)
end

local function note_end(code, more)
  if not id then return end
  if kind ~= 'ours' then return update_foreign_status(status_key(ARGV[6], id, prefix), code, ARGV[9], now_s) end
  if not is_tracked(id) then return end
  local record = status_record(code, class, queue, seconds, more, now_ms, now_s)
  redis.call('SET', status_key(ARGV[6], id), record, 'EX', ARGV[9])
  redis.pcall('PUBLISH', ARGV[8], id)
end

if verdict == 'enqueue' then
  enqueue()
elseif verdict == 'taken' then
  note_end(4, '')
elseif verdict == 'vetoed' then
  note_end(64, '')
else
  redis.call('RPUSH', KEYS[3], '{"failed_at":"' .. ARGV[10] .. '","payload":' .. payload .. ARGV[11])
  note_end(3, ARGV[12])
end
return { 1, 1 }
