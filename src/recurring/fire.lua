-- Claims occurrences of recurring entries, enqueues their jobs and writes both down, in one step: an occurrence
-- that was claimed before, or an older one, is left out. The claim is the planned time in KEYS[1]; it only grows.
-- KEYS[1] recurring_last:<app>   KEYS[2] queues   KEYS[3] delayed:last_enqueued_at   KEYS[4] the leader's lock
-- KEYS[5] failed   KEYS[6] recurring_jobs:<app>   KEYS[7] recurring_definitions:<app>
-- KEYS[8] recurring_disabled:<app>   KEYS[9] recurring_counts:<app>   KEYS[10] workers   KEYS[11] asked
-- KEYS[12] process_ids
-- ARGV[1] '' or a test clock's milliseconds   ARGV[2] my value in the lock, or '' to fire without leading
-- ARGV[3] text before a queue's name   ARGV[4] text before a job's id   ARGV[5] channel that wakes workers
-- ARGV[6] now, as Ruby writes it for its UI, or '' to leave that out   ARGV[7] now, as the failed list writes it
-- ARGV[8] text before an entry in the key of its history   ARGV[9] text before a worker's id
-- ARGV[10] how many runs a history keeps   ARGV[11] text before a token in the key of its process's hand
-- ARGV[12], … groups of three: entry, six lines of text, payload (or for 'S' "<number of runs> <reason>"). The lines:
--   planned milliseconds; limit or nothing; overlap ('allow', 'skip' or 'queue_one');
--   how: 'E' as planned, 'C' caught up, 'M' by hand (no claim, whatever the entry says), 'S' skipped (claim only);
--     followed by 'a' when the job's class is asked first;
--   the entry's timing or nothing when that does not matter; queue
-- reply: { 1 when leading else 0, milliseconds of Redis, then for each group
--          0 left out | 1 claimed | 2 claimed, but not enqueued because an earlier job has not ended
--          3 left out: the entry has changed | 4 claimed, but it is disabled | 5 left out: its limit is reached
--          6 left out: its time has not come yet by Redis's clock }
-- The history is told in history.ts.
-- @include now
-- @include payload
-- @include status
-- @include enqueue
-- @include json-text
-- @include quarantine
-- @include anchor
-- @include going
local now_ms, now_s = now(ARGV[1])
if ARGV[2] ~= '' and redis.call('GET', KEYS[4]) ~= ARGV[2] then return { 0, digits(now_ms) } end
local trouble = failed_list_trouble(KEYS[5])
if trouble then return trouble end

local now_text = digits(now_ms)
local reply = { 1, now_text }
local batch = new_batch(ARGV[4], now_ms, now_s)
local look = new_look(ARGV[4], ARGV[3], { KEYS[10], ARGV[9], KEYS[12], ARGV[11] }, now_s, KEYS[11])
-- Jobs of this very call are in no queue yet.
local fresh = {}

local function remember(name, planned, how, id, rest)
  local key = ARGV[8] .. name
  local length = redis.call('LPUSH', key, how .. ' ' .. planned .. ' ' .. now_text .. ' ' .. id .. rest)
  if length > tonumber(ARGV[10]) then redis.call('LTRIM', key, 0, ARGV[10] - 1) end
end

local function last_jobs(name)
  local ids = {}
  for id in string.gmatch(redis.call('HGET', KEYS[6], name) or '', '%S+') do ids[#ids + 1] = id end
  return ids
end

-- 'skip' waits for earlier jobs to end, 'queue_one' only for them to leave the queue.
-- -> the id of the job in the way, or nil; then those that are still going, as text
local function overlaps(name, overlap)
  local blocking, going = nil, ''
  for _, id in ipairs(last_jobs(name)) do
    local state = fresh[id] or state_of(look, id)
    if state == 'waiting' or (state == 'running' and overlap == 'skip') then blocking = id end
    if state then going = going .. id .. ' ' end
  end
  return blocking, going
end

local function enqueue(name, planned, how, is_asked, queue, payload, going)
  local kind, class, _, id, seconds, prefix = read_payload(payload)
  if id then
    redis.call('HSET', KEYS[6], name, going .. id)
    fresh[id] = 'waiting'
  else
    redis.call('HDEL', KEYS[6], name)
  end
  if is_asked then
    redis.call('RPUSH', KEYS[11], payload)
    note_waiting(batch, queue, kind, class, id, seconds)
  else
    add_to_batch(batch, queue, queued_form(kind, payload), kind, class, id, seconds, prefix)
  end
  remember(name, planned, how, id or '-', '')
end

-- Why a run must not be claimed, as a number of the reply; or nil, and since when the entry runs as it does.
local function objection(name, planned, timing, limit)
  -- The caller only guesses what time it is here.
  if tonumber(planned) > now_ms then return 6 end
  if timing ~= '' then
    local since, known = read_anchor(KEYS[7], name)
    if known ~= timing then return 3 end
    if tonumber(planned) <= tonumber(since) then return 0 end
  end
  -- A registered entry that never ran has its moment of registration as a negative number.
  if tonumber(planned) <= tonumber(redis.call('HGET', KEYS[1], name) or 0) then return 0 end
  if limit ~= '' and tonumber(redis.call('HGET', KEYS[9], name) or 0) >= tonumber(limit) then return 5 end
end

local function is_disabled(name)
  local paused = redis.call('HGET', KEYS[8], name)
  return paused and (paused == '0' or tonumber(paused) > now_ms)
end

local function fire(name, planned, limit, overlap, queue, how, is_asked, payload)
  redis.call('HSET', KEYS[1], name, planned)
  if how == 'S' then
    remember(name, planned, how, '-', ' ' .. payload)
    return 1
  end
  if is_disabled(name) then
    remember(name, planned, 'S', '-', ' 1 disabled')
    return 4
  end
  local blocking, going = nil, ''
  if overlap ~= 'allow' then blocking, going = overlaps(name, overlap) end
  if blocking then
    remember(name, planned, 'O', blocking, ' ' .. overlap)
    return 2
  end
  if limit ~= '' then redis.call('HINCRBY', KEYS[9], name, 1) end
  if ARGV[6] ~= '' then redis.call('HSET', KEYS[3], name, ARGV[6]) end
  enqueue(name, planned, how, is_asked, queue, payload, going)
  return 1
end

local function fire_by_hand(name, planned, queue, payload)
  local _, going = overlaps(name, 'skip')
  enqueue(name, planned, 'M', false, queue, payload, going)
  return 1
end

for index = 12, #ARGV, 3 do
  local name, payload = ARGV[index], ARGV[index + 2]
  local planned, limit, overlap, how, asked, timing, queue =
    string.match(ARGV[index + 1], '^(%d+)\n(%d*)\n(%l[%l_]*)\n(%u)(a?)\n([^\n]*)\n(.*)$')
  if how == 'M' then
    reply[#reply + 1] = fire_by_hand(name, planned, queue, payload)
  else
    reply[#reply + 1] = objection(name, planned, timing, limit)
      or fire(name, planned, limit, overlap, queue, how, asked == 'a', payload)
  end
end
enqueue_batch(batch, KEYS[2], ARGV[3], ARGV[5], function(payload, reason, queue)
  quarantine_queued(batch, KEYS[5], ARGV[7], payload, 'could not be enqueued: ' .. reason, queue)
end)
return reply
