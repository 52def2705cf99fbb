-- What `ci/bench agent` sends through each server, for wrk: a short question without a
-- conversation, of 1,000 users in turns. Arguments: tokens of a streamed answer, or 0 for a plain
-- one; then, for the gateway that has to be told, where the provider is.
-- Prints one line of JSON. An answer that is not 200, or not the fake's own text to its end, is
-- wrong; of the first wrong one it shows the beginning.
local kUsers = 1000
local requests, at = {}, 0
local streamed = false
wrong, events, shown = 0, 0, ""

local threads = {}
function setup(thread) threads[#threads + 1] = thread end

function init(args)
  local tokens = tonumber(args[1])
  streamed = tokens > 0
  wrk.headers["content-type"] = "application/json"
  wrk.headers["authorization"] = "Bearer x"
  if args[2] then
    wrk.headers["x-portkey-provider"] = "openai"
    wrk.headers["x-portkey-custom-host"] = args[2]
  end
  for i = 1, kUsers do
    local body = '{"model":"agent","messages":[{"role":"user","content":"Hello there."}],"user":"u' .. i ..
      (streamed and '","max_tokens":' .. tokens .. ',"stream":true}' or '","stream":false}')
    requests[i] = wrk.format("POST", "/v1/chat/completions", nil, body)
  end
end

function request()
  at = at % kUsers + 1
  return requests[at]
end

function response(status, _, body)
  local whole = body:find("[reply]", 1, true) and (not streamed or body:sub(-16):find("data: [DONE]", 1, true))
  if streamed and whole and events == 0 then events = select(2, body:gsub("\n\n", "")) end
  if status == 200 and whole then return end
  wrong = wrong + 1
  if wrong == 1 then shown = status .. " " .. body:sub(1, 300):gsub("%c", " ") end
end

function done(summary, latency)
  local e = summary.errors
  local t = threads[1]
  io.write(string.format(
    '{"requests":%d,"seconds":%.3f,"wrong":%d,"errors":%d,"shown":%q,"events":%d,"p50_us":%d,"p99_us":%d}\n',
    summary.requests, summary.duration / 1e6, t:get("wrong"), e.connect + e.read + e.write + e.timeout + e.status,
    t:get("shown"), t:get("events"), latency:percentile(50), latency:percentile(99)))
end
