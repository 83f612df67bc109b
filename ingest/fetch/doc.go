// Package fetch gets payloads from publishers' servers by HTTP, politely and without trust.
//
// It owns what every request has in common: deadlines, limits of bodies, where redirects and next links may lead,
// compression, validators, retries, rates and who we say that we are. It knows nothing of formats or figures and may
// import the standard library, a retry loop and a rate limiter.
package fetch
