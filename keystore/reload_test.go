package keystore

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// logBuffer collects what a store logs.
type logBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *logBuffer) Write(data []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(data)
}

func (b *logBuffer) warnings() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return strings.Count(b.text.String(), "level=WARN")
}

func newLogger() (*slog.Logger, *logBuffer) {
	b := &logBuffer{}
	return slog.New(slog.NewTextHandler(b, nil)), b
}

// replaceKeys gives a pair other keys of the same sizes.
func replaceKeys(t testing.TB, dir string, pair Aliases) {
	t.Helper()
	put(t, dir, pair.Wrapping+".aes", base64Line(randomBytes(32)))
	put(t, dir, pair.Signing+".hmac", base64Line(randomBytes(32)))
}

func TestReload(t *testing.T) {
	t.Run("a key that is replaced is used", func(t *testing.T) {
		dir, store := newDir(t)
		p := newProvider(t, store, pair2026)
		old := seal(t, p)
		replaceKeys(t, dir, pair2026)
		requireClass(t, cmp.ErrSignature, unseal(t, p, old))
		assert.NoError(t, unseal(t, p, seal(t, p)))
	})
	t.Run("a file that is added is found", func(t *testing.T) {
		dir, store := newDir(t)
		put(t, dir, "new.aes", base64Line(randomBytes(32)))
		assert.Contains(t, store.Aliases(), "new")
	})
	t.Run("a file that was overwritten in place is found", func(t *testing.T) {
		dir, store := newDir(t)
		before := store.current()
		file := filepath.Join(dir, "enc-2026.aes")
		require.NoError(t, os.WriteFile(file, base64Line(randomBytes(32)), 0o600))
		require.NoError(t, os.Chtimes(file, time.Time{}, time.Now().Add(time.Hour)))
		assert.NotSame(t, before, store.current())
	})
	t.Run("what did not change is not read again", func(t *testing.T) {
		_, store := newDir(t)
		assert.Same(t, store.current(), store.current())
	})
	t.Run("a current pair that is taken away stops only what needs it", func(t *testing.T) {
		dir, store := newDir(t)
		p := newProvider(t, store, pair2026, WithPrevious(pair2025))
		items := map[string]crypto.Item{}
		for _, pair := range []Aliases{pair2025, pair2026} {
			items[pair.Wrapping] = seal(t, newProvider(t, store, pair))
		}
		require.NoError(t, os.Remove(filepath.Join(dir, "sig-2026.hmac")))
		requireClass(t, cmp.ErrKeyUnavailable, unseal(t, p, items["enc-2026"]))
		assert.NoError(t, unseal(t, p, items["enc-2025"]))
		_, err := crypto.NewEncryptor(p).EncryptItem(t.Context(), testItem(), testContext, testActions)
		requireClass(t, cmp.ErrKeyUnavailable, err)
		assert.ErrorContains(t, err, `"sig-2026"`)
		replaceKeys(t, dir, pair2026)
		assert.NoError(t, unseal(t, p, seal(t, p)))
	})
	t.Run("a PKCS #12 file that is replaced is used", func(t *testing.T) {
		dir := t.TempDir()
		copyFile := func(name string) {
			data, err := os.ReadFile(filepath.Join("testdata", name))
			require.NoError(t, err)
			put(t, dir, "store.p12", data)
		}
		copyFile("secrets.p12")
		secret := []byte(password)
		store, err := OpenPKCS12(filepath.Join(dir, "store.p12"), secret, WithCheckInterval(0))
		require.NoError(t, err)
		clear(secret) // the store has its own
		copyFile("java.p12")
		p := newProvider(t, store, pair2026)
		assert.NoError(t, unseal(t, p, seal(t, p)))
	})
}

func TestBrokenReload(t *testing.T) {
	t.Run("keeps the keys, warns once and recovers", func(t *testing.T) {
		logger, log := newLogger()
		dir, store := newDir(t, WithLogger(logger))
		p := newProvider(t, store, pair2026)
		sealed := seal(t, p)
		put(t, dir, "a-new.aes", base64Line(randomBytes(32))) // good, but not without the rest
		put(t, dir, "sig-2026.hmac", []byte("canary canary canary\n"))
		for range 3 {
			assert.NoError(t, unseal(t, p, sealed))
			assert.NotContains(t, store.Aliases(), "a-new")
			requireClass(t, cmp.ErrConfig, store.Err())
		}
		assert.Equal(t, 1, log.warnings())
		assert.Contains(t, log.text.String(), "sig-2026.hmac")
		assert.NotContains(t, log.text.String(), "canary")

		put(t, dir, "sig-2026.hmac", []byte("still broken\n"))
		assert.NoError(t, unseal(t, p, sealed))
		assert.Equal(t, 2, log.warnings(), "another change is another warning")

		put(t, dir, "sig-2026.hmac", base64Line(randomBytes(32)))
		assert.NoError(t, store.Err())
		assert.Contains(t, store.Aliases(), "a-new")
		requireClass(t, cmp.ErrSignature, unseal(t, p, sealed))
		assert.Equal(t, 2, log.warnings())
	})
	for name, breakIt := range map[string]func(t *testing.T, dir string){
		"a directory that is taken away": func(t *testing.T, dir string) { require.NoError(t, os.Rename(dir, dir+"-moved")) },
		"a directory that is emptied": func(t *testing.T, dir string) {
			files, err := filepath.Glob(filepath.Join(dir, "*"))
			require.NoError(t, err)
			for _, file := range files {
				require.NoError(t, os.Remove(file))
			}
		},
	} {
		t.Run("keeps the keys of "+name, func(t *testing.T) {
			logger, log := newLogger()
			dir, store := newDir(t, WithLogger(logger))
			p := newProvider(t, store, pair2026)
			sealed := seal(t, p)
			breakIt(t, dir)
			for range 3 {
				assert.NoError(t, unseal(t, p, sealed))
			}
			requireClass(t, cmp.ErrConfig, store.Err())
			assert.Equal(t, 1, log.warnings())
		})
	}
	t.Run("forced, returns the error and keeps the keys", func(t *testing.T) {
		dir, store := newDir(t, WithCheckInterval(-1))
		p := newProvider(t, store, pair2026)
		sealed := seal(t, p)
		put(t, dir, "enc-2026.aes", []byte("broken\n"))
		assert.NoError(t, store.Err(), "it does not look by itself")
		requireClass(t, cmp.ErrConfig, store.Reload())
		requireClass(t, cmp.ErrConfig, store.Err())
		assert.NoError(t, unseal(t, p, sealed))
		replaceKeys(t, dir, pair2026)
		require.NoError(t, store.Reload())
		assert.NoError(t, store.Err())
		requireClass(t, cmp.ErrSignature, unseal(t, p, sealed))
	})
	t.Run("of a PKCS #12 file under another password keeps the keys", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "store.p12")
		data, err := os.ReadFile("testdata/secrets.p12")
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(file, data, 0o600))
		store, err := OpenPKCS12(file, []byte(password))
		require.NoError(t, err)
		data[len(data)-20] ^= 1 // of the salt
		require.NoError(t, os.WriteFile(file, data, 0o600))
		requireClass(t, cmp.ErrConfig, store.Reload())
		_, err = store.AESKey("aes")
		assert.NoError(t, err)
	})
}

func TestCheckInterval(t *testing.T) {
	dir, store := newDir(t)
	looks := 0
	source := store.source
	counted := source
	counted.observe = func() ([]sourceFile, error) {
		looks++
		return source.observe()
	}
	synctest.Test(t, func(t *testing.T) {
		looks = 0
		store, err := open(dir, counted, nil)
		require.NoError(t, err)
		for range 100 {
			store.Aliases()
		}
		assert.Equal(t, 1, looks, "only to open it")
		time.Sleep(DefaultCheckInterval - time.Nanosecond)
		store.Aliases()
		assert.Equal(t, 1, looks)
		time.Sleep(time.Nanosecond)
		for range 100 {
			store.Aliases()
		}
		assert.Equal(t, 2, looks)
	})
}

func TestConcurrentReload(t *testing.T) {
	logger, _ := newLogger()
	dir, store := newDir(t, WithLogger(logger))
	p := newProvider(t, store, pair2025, WithPrevious(pair2026))
	table, err := crypto.NewEncryptor(p).For(testContext, testActions)
	require.NoError(t, err)
	stop := make(chan struct{})
	var users sync.WaitGroup
	for range 3 {
		users.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				sealed, err := table.EncryptItem(t.Context(), testItem())
				if !assert.NoError(t, err) {
					return
				}
				if _, err := table.DecryptItem(t.Context(), sealed); !assert.NoError(t, err) {
					return
				}
				_ = store.Err()
			}
		})
	}
	for i := range 12 {
		replaceKeys(t, dir, pair2026)
		if i%5 == 0 {
			put(t, dir, "broken.aes", []byte("broken\n"))
		} else {
			_ = os.Remove(filepath.Join(dir, "broken.aes"))
		}
		_ = store.Reload()
		time.Sleep(time.Millisecond)
	}
	close(stop)
	users.Wait()
	require.NoError(t, store.Reload())
}
