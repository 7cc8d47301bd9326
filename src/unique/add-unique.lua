-- Adds a job unless another one holds its key, and decides what becomes of the two. Whether the holder still holds
-- is asked of the stations, so that no other script knows of keys: a job that has ended, or is nowhere any more,
-- holds nothing. Looks at a bounded number of entries; call again after 'more' and 'again'.
-- KEYS[1] delayed_queue_schedule   KEYS[2] queues   KEYS[3] attempts   KEYS[4] deaths   KEYS[5] workers
-- KEYS[6] asked   KEYS[7] the key's holder   KEYS[8] the new job's status   KEYS[9] process_ids
-- ARGV[1] '' or a test clock's milliseconds   ARGV[2] due second, '0' for now   ARGV[3] queue   ARGV[4] payload
-- ARGV[5] id   ARGV[6] 'started' | 'finished' | '' when only time frees the key
-- ARGV[7] milliseconds that the key is held at the most, or ''   ARGV[8] 'keep' | 'replace' | 'move' | 'reject'
-- ARGV[9] entries to skip   ARGV[10] entries to look at
-- ARGV[11] text before a second   ARGV[12] text before a queue's name   ARGV[13] text before a job's id
-- ARGV[14] text before a worker's id   ARGV[15] channel that wakes workers
-- ARGV[16] channel that tells who waits for the end of a job
-- ARGV[17] text before a payload in the key of Ruby's index   ARGV[18] text before the digits of our index
-- ARGV[19] seconds that a final status is kept   ARGV[20] text before a limit in the key of its parked jobs
-- ARGV[21] text before a token in the key of its process's hand
-- reply: { milliseconds of Redis, 'added' | 'replaced' | 'kept' | 'moved' | 'rejected', id, code of its state }
--      | { milliseconds of Redis, 'more', entries to skip next } | { milliseconds of Redis, 'again' }
-- @include now
-- @include payload
-- @include status
-- @include enqueue
-- @include delayed-status
-- @include delayed-index
-- @include ruby-index
-- @include take
-- @include going
local now_ms, now_s = now(ARGV[1])
local due, window, conflict = ARGV[2], tonumber(ARGV[7]), ARGV[8]
local skip, limit = tonumber(ARGV[9]), tonumber(ARGV[10])
local is_due = tonumber(due) <= now_s

-- A holder nobody asks about is forgotten a day after its job was due.
local forgotten_after_ms = 86400000
-- Nor is one for longer that is said to be somewhere in a list of which we do not see the end.
local longest_belief_ms = 7 * 86400000
-- A scheduler of another system has a job in its hands for a moment between bucket and queue.
local longest_move_seconds = 60

local function reply(...) return { digits(now_ms), ... } end

local function holding_ms(due_s)
  return digits(math.max(0, (tonumber(due_s) or 0) * 1000 - now_ms) + forgotten_after_ms)
end

local function is_in_hands(id)
  local look = new_look(ARGV[13], ARGV[12], { KEYS[5], ARGV[14], KEYS[9], ARGV[21] }, now_s, KEYS[6])
  return string.find(text_of_hands(look), '"id":"' .. id .. '"', 1, true) ~= nil
end

local function is_asked(id)
  return find_in_list(KEYS[6], id, 0, limit, 1) ~= nil
end

-- A job whose limit is full waits beside its queue. In a list longer than we look at it is taken to be there.
local function is_parked(record, id)
  if not record or type(record.parked) ~= 'string' then return false end
  local entries = redis.pcall('LRANGE', ARGV[20] .. record.parked, 0, limit)
  if entries.err then return false end
  return #entries > limit or string.find(table.concat(entries), '"id":"' .. id .. '"', 1, true) ~= nil
end

-- Of a job that is said to be delayed, but is in no bucket: who moved it wrote no status, or is about to.
local function strayed(found, id)
  local record = found.record
  if not record.status then return 4 end -- its record has expired: it has ended
  local key = ARGV[12] .. (type(record.queue) == 'string' and record.queue or '')
  local payload = find_in_list(key, id, 0, limit, 1)
  if payload then
    found.payload, found.key, found.due = payload, key, nil
    return 1
  end
  if is_asked(id) then return 63 end
  if is_in_hands(id) then return 2 end
  local late = now_s - (tonumber(record.due) or 0)
  return late >= 0 and late < longest_move_seconds and 63 or 64
end

-- -> code of the state it is truly in; 64 when it is nowhere
local function true_code(found, id)
  local code = found.code
  if found.payload or found.more then return code end
  if code == 63 then return strayed(found, id) end
  if code == 1 and (is_parked(found.record, id) or is_asked(id)) then return 1 end
  if code == 1 or code == 2 then return is_in_hands(id) and 2 or 64 end
  return code
end

local function holds(code)
  if code == 64 then return false end
  if ARGV[6] == '' then return true end
  if code == 2 then return ARGV[6] == 'finished' end
  return code == 63 or code == 1
end

-- Asked before anything is written: a script that fails half way is not rolled back.
local function refusal(queue)
  local target = is_due and ARGV[12] .. queue or ARGV[11] .. due
  local kind = redis.call('TYPE', target).ok
  if kind == 'list' or kind == 'none' then return nil end
  return redis.error_reply('WRONGTYPE ' .. target .. ' holds something else than a list')
end

local function put(payload, id)
  local kind, class, queue, _, seconds = read_payload(payload)
  if is_due then
    local batch = new_batch(ARGV[13], now_ms, now_s)
    add_to_batch(batch, queue, payload, kind, class, id, seconds)
    return enqueue_batch(batch, KEYS[2], ARGV[12], ARGV[15], function(_, reason) error(reason) end)
  end
  redis.call('RPUSH', ARGV[11] .. due, payload)
  redis.call('ZADD', KEYS[1], due, due)
  note_hint(ARGV[18], id, due)
  write_delayed_status(status_key(ARGV[13], id), id, class, queue, seconds, due, now_ms, now_s)
end

local function add(outcome)
  put(ARGV[4], ARGV[5])
  redis.call('SET', KEYS[7], ARGV[5] .. ' ' .. digits(now_ms), 'PX', ARGV[7] ~= '' and ARGV[7] or holding_ms(due))
  return reply(outcome, ARGV[5], is_due and 1 or 63)
end

local function replace(found, id)
  take_out(found, KEYS[1], ARGV[17])
  local _, class, queue, _, seconds = read_payload(found.payload)
  redis.call('HDEL', KEYS[3], id)
  redis.call('HDEL', KEYS[4], id)
  local record = status_record(64, class, queue, seconds, '', now_ms, now_s)
  redis.call('SET', status_key(ARGV[13], id), record, 'EX', ARGV[19])
  redis.pcall('PUBLISH', ARGV[16], id)
  return add('replaced')
end

-- A key that is held until its job ends is held on, as long as somebody asks and the job is truly there.
local function hold_on(due_s)
  if ARGV[7] == '' then redis.call('PEXPIRE', KEYS[7], holding_ms(due_s)) end
end

local function move(found, id)
  if found.due or not is_due then
    take_out(found, KEYS[1], ARGV[17])
    put(found.payload, id)
  end
  hold_on(due)
  return reply('moved', id, is_due and 1 or 63)
end

-- A call whose reply was lost is repeated, perhaps after others have come and gone.
if redis.call('EXISTS', KEYS[8]) == 1 then return reply('added', ARGV[5], 0) end

local trouble = refusal(ARGV[3])
if trouble then return trouble end
local id, taken_ms = string.match(redis.call('GET', KEYS[7]) or '', '^(%x+) (%d+)$')
if not id or (window and tonumber(taken_ms) + window <= now_ms) then return add('added') end

local takes_out = conflict == 'replace' or conflict == 'move'
local found = find_job(id, skip, limit, 1, ARGV[13], ARGV[11], ARGV[12])
if found.more and not found.payload and takes_out then return reply('more', skip + limit) end
-- What has moved between two calls may be among the entries that were skipped.
if skip > 0 and not found.payload then return reply('again') end
local code = true_code(found, id)
if not holds(code) then return add('added') end
if conflict == 'reject' then return reply('rejected', id, code) end
if takes_out and found.payload then
  if conflict == 'replace' then return replace(found, id) end
  local _, _, queue = read_payload(found.payload)
  return refusal(queue) or move(found, id)
end
local is_seen = found.payload or code == 2
if is_seen or now_ms - tonumber(taken_ms) < longest_belief_ms then hold_on(found.due) end
return reply('kept', id, code)
