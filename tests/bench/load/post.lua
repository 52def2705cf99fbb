-- The request that the generator sends, for wrk.
wrk.method = "POST"
wrk.path = "/v1/chat/completions"
wrk.headers["content-type"] = "application/json"
wrk.body = '{"model":"agent","messages":[{"role":"user","content":"[turn u17.s2.t5] Hello there."}],"user":"u17","metadata":{"conversation":"u17.s2"},"stream":false}'
