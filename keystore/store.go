package keystore

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ddbcrypt/ddbcrypt/cmp"
)

// Store holds keys by alias; [OpenPKCS12] and [OpenPEMDir] make one. It is safe for
// concurrent use and prints nothing of its keys.
//
// An alias is looked up as it is written, and if there is none, in lower case: so
// does Java store aliases in PKCS #12. A missing alias is a [cmp.ErrKeyUnavailable],
// and a key of the wrong kind for a job a [cmp.ErrConfig]; both name the alias.
type Store struct {
	name     string
	source   source
	interval time.Duration
	logger   *slog.Logger

	loaded atomic.Pointer[entries]
	failed atomic.Pointer[error] // of the last try, nil if that went well
	next   atomic.Int64          // when to look again, in nanoseconds since start
	start  time.Time

	mu       sync.Mutex // for the fields below, and held while loading
	observed observation
}

// source is where the keys of a store come from.
type source struct {
	observe func() ([]sourceFile, error)
	load    func() (entries, error)
}

// sourceFile is one that keys come from. The name is that of the link if it is one, and
// the rest is of what the link leads to.
type sourceFile struct {
	name string
	info os.FileInfo
}

// observation is what stood there at one time, without opening it.
type observation struct {
	files []sourceFile
	err   error
}

func (s source) look() observation {
	files, err := s.observe()
	return observation{files, err}
}

// equal also tells a file from another one that was put in its place.
func (o observation) equal(other observation) bool {
	if len(o.files) != len(other.files) || (o.err == nil) != (other.err == nil) {
		return false
	}
	for i, file := range o.files {
		now, then := file.info, other.files[i].info
		if file.name != other.files[i].name || now.Size() != then.Size() || !now.ModTime().Equal(then.ModTime()) || !os.SameFile(now, then) {
			return false
		}
	}
	return true
}

// Option configures a [Store]. The options are [WithCheckInterval] and
// [WithLogger].
type Option interface{ applyToStore(*Store) }

type option func(*Store)

func (o option) applyToStore(s *Store) { o(s) }

// DefaultCheckInterval is how often a store looks for changes at most.
const DefaultCheckInterval = time.Second

// WithCheckInterval sets how often a store looks at most whether its files
// changed: [DefaultCheckInterval] by default, at every use if interval is 0, and
// only on [Store.Reload] if it is negative.
func WithCheckInterval(interval time.Duration) Option {
	return option(func(s *Store) { s.interval = interval })
}

// WithLogger sets where a store warns of files that it cannot reload:
// [slog.Default] by default.
func WithLogger(logger *slog.Logger) Option {
	return option(func(s *Store) { s.logger = logger })
}

func open(name string, source source, options []Option) (*Store, error) {
	s := &Store{name: name, source: source, interval: DefaultCheckInterval, start: time.Now()}
	for i, option := range options {
		if option == nil {
			return nil, fmt.Errorf("keystore: option %d is nil: %w", i+1, cmp.ErrConfig)
		}
		option.applyToStore(s)
	}
	if err := s.Reload(); err != nil {
		return nil, err
	}
	return s, nil
}

// Reload reads the files again, whether they changed or not. If that fails, the
// keys stay as they were, and the [cmp.ErrConfig] is returned.
func (s *Store) Reload() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reload(s.source.look())
}

// Err returns why the files as they are now cannot be loaded, or nil, after a look
// for changes if it is time. The keys are those of the last time that they could.
func (s *Store) Err() error {
	s.current()
	return s.lastErr()
}

func (s *Store) lastErr() error {
	if err := s.failed.Load(); err != nil {
		return *err
	}
	return nil
}

// current returns the keys, after a look for changes if it is time. Only one
// caller looks; the others go on with the keys that are there.
func (s *Store) current() *entries {
	if s.interval >= 0 && int64(time.Since(s.start)) >= s.next.Load() && s.mu.TryLock() {
		s.refresh()
		s.mu.Unlock()
	}
	return s.loaded.Load()
}

// refresh loads what changed. What failed is tried again even if it did not
// change: perhaps it could only not be read. But it is reported once.
func (s *Store) refresh() {
	now, before := s.source.look(), s.observed
	changed := !now.equal(before)
	if !changed && s.lastErr() == nil {
		s.scheduleNext()
		return
	}
	if err := s.reload(now); err != nil && changed {
		logger := s.logger
		if logger == nil {
			logger = slog.Default()
		}
		logger.Warn("the key store changed and cannot be loaded; the keys stay as they were", "keystore", s.name, "error", err)
	}
}

// reload takes the observation from before the load: what changes meanwhile is
// found the next time.
func (s *Store) reload(now observation) error {
	defer s.scheduleNext()
	s.observed = now
	all, err := entries(nil), now.err
	if err == nil {
		all, err = s.source.load()
	}
	if err == nil && len(all) == 0 {
		err = errors.New("it holds no key that has an alias")
	}
	if err != nil {
		if cmp.FailureClass(err) == nil {
			err = fmt.Errorf("%w: %w", cmp.ErrConfig, err)
		}
		err = fmt.Errorf("keystore: %s: %w", s.name, err)
		s.failed.Store(&err)
		return err
	}
	s.loaded.Store(&all)
	s.failed.Store(nil)
	return nil
}

func (s *Store) scheduleNext() { s.next.Store(int64(time.Since(s.start) + s.interval)) }

// Aliases returns the aliases of the store, sorted, also those of entries that
// are not supported.
func (s *Store) Aliases() []string { return s.current().aliases() }

// WrappingKey returns the key to wrap content keys with: an AES key, or the public
// half of an RSA key.
func (s *Store) WrappingKey(alias string, options ...cmp.KeyOption) (cmp.WrappingKey, error) {
	return use(*s.current(), alias, func(e entry) (cmp.WrappingKey, error) { return e.wrappingKey(options) })
}

// UnwrappingKey returns the key to unwrap content keys with: an AES key, or a
// private RSA key.
func (s *Store) UnwrappingKey(alias string, options ...cmp.KeyOption) (cmp.UnwrappingKey, error) {
	return use(*s.current(), alias, func(e entry) (cmp.UnwrappingKey, error) { return e.unwrappingKey(options) })
}

// SigningKey returns the key to sign with: an HMAC key, or a private RSA or EC
// key. An empty algorithm is HmacSHA256, SHA256withRSA or SHA256withECDSA, or the
// one that a PKCS #12 file states for an HMAC key, which then takes no other.
func (s *Store) SigningKey(alias, algorithm string, options ...cmp.KeyOption) (cmp.SigningKey, error) {
	return use(*s.current(), alias, func(e entry) (cmp.SigningKey, error) { return e.signingKey(algorithm, options) })
}

// VerificationKey returns the key to verify with: an HMAC key, or the public half
// of an RSA or EC key, for which a certificate is enough. The algorithm is as in
// [Store.SigningKey].
func (s *Store) VerificationKey(alias, algorithm string, options ...cmp.KeyOption) (cmp.VerificationKey, error) {
	return use(*s.current(), alias, func(e entry) (cmp.VerificationKey, error) { return e.verificationKey(algorithm, options) })
}

// AESKey returns an AES key. Java's KeyStoreMaterialsProvider encrypts values under
// such an entry itself, without a content key: give it to [cmp.NewStatic] to read
// its items. A [Provider] only wraps with it.
func (s *Store) AESKey(alias string) (*cmp.AESKey, error) {
	return use(*s.current(), alias, func(e entry) (*cmp.AESKey, error) {
		if e.kind != kindAES {
			return nil, fmt.Errorf("%v is no AES key: %w", e, cmp.ErrConfig)
		}
		return cmp.NewAESKey(e.data())
	})
}

// Format prints a fixed text under every verb.
func (s *Store) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, "[key store]") }

// LogValue returns a fixed text.
func (s *Store) LogValue() slog.Value { return slog.StringValue("[key store]") }

// readFile reads a file of a bounded size.
func readFile(name string, limit int64) ([]byte, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("it has more than %d bytes, which no key store needs", limit)
	}
	return data, nil
}
