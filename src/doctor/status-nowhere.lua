-- Statuses that say "running" or "waiting" of jobs that are nowhere. Every move of a job writes its status: as long
-- as the bytes are those that the doctor read, and the job was not found meanwhile, nothing has happened to it.
-- KEYS[1] workers   KEYS[2] process_ids
-- ARGV[1] 'fix' or 'look'   ARGV[2] '' or a test clock's milliseconds   ARGV[3] text before a queue's name
-- ARGV[4] text before a job's id   ARGV[5] text before a worker's id   ARGV[6] seconds that it is kept then
-- ARGV[7] channel for who waits for an end   ARGV[8] text before a token in the key of its process's hand
-- ARGV[9], ARGV[10], … triples: key of the status, its bytes, the job's id
-- reply: for each triple 1 when it is so (and was put right) else 0
-- @include now
-- @include status
-- @include going
local now_ms, now_s = now(ARGV[2])
local look = new_look(ARGV[4], ARGV[3], { KEYS[1], ARGV[5], KEYS[2], ARGV[8] }, now_s)
local error = ',"error":{"name":"LostJobError","message":"the worker died with this job in hand, and its record is gone"}'
local reply = {}

local function is_nowhere(record, id)
  if string.find(text_of_hands(look), id, 1, true) then return false end
  if type(record.queue) ~= 'string' or record.queue == '' then return true end
  local queue_key = ARGV[3] .. record.queue
  return text_of_list(look, queue_key).is_long or not is_in_list(look, queue_key, id)
end

local function fail(key, id, record)
  local seconds = type(record.started) == 'number' and digits(record.started) or nil
  local text
  if type(record.class) == 'string' and type(record.queue) == 'string' then
    text = status_record(3, cjson.encode(record.class), record.queue, seconds, error, now_ms, now_s)
  else
    text = '{"status":3,"updated":' .. now_s .. ',"started":' .. (seconds or now_s) .. ',"result":null' .. error .. '}'
  end
  redis.call('SET', key, text, 'EX', ARGV[6])
  redis.pcall('PUBLISH', ARGV[7], id)
end

for argument = 9, #ARGV, 3 do
  local key, bytes, id = unpack(ARGV, argument, argument + 2)
  local ok, record = pcall(cjson.decode, bytes)
  local is_wrong = ok and type(record) == 'table' and redis.pcall('GET', key) == bytes
    and redis.call('TTL', key) == -1 and is_nowhere(record, id)
  if is_wrong and ARGV[1] == 'fix' then
    if record.status == 2 then fail(key, id, record) else redis.call('EXPIRE', key, ARGV[6]) end
  end
  reply[#reply + 1] = is_wrong and 1 or 0
end
return reply
