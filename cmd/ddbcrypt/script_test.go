package main

import (
	"compress/gzip"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"ddbcrypt": main})
}

// TestScripts runs the commands in testdata. Each script starts in a directory
// with the files of testdata/common and of fixtures.
func TestScripts(t *testing.T) {
	scripts, err := filepath.Glob("testdata/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, scripts)
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			if err := os.CopyFS(env.WorkDir, os.DirFS("testdata/common")); err != nil {
				return err
			}
			for name, data := range fixtures() {
				if err := os.WriteFile(filepath.Join(env.WorkDir, name), data, 0o600); err != nil {
					return err
				}
			}
			env.Setenv("GORACE", "atexit_sleep_ms=0") // a second for each command otherwise
			return startServices(env)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":   exits,
			"expand":  expand,
			"gzip":    gzipFile,
			"kms":     kmsCommand,
			"plant":   plant,
			"replace": replace,
			"table":   table,
			"tamper":  tamper,
		},
	})
}

// exits CODE COMMAND [ARG…] runs a command that ends with that exit code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND [ARG…]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		failed, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("%v", err)
		}
		got = failed.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// gzip FILE writes FILE.gz.
func gzipFile(ts *testscript.TestScript, _ bool, args []string) {
	f, err := os.Create(ts.MkAbs(args[0] + ".gz"))
	ts.Check(err)
	defer f.Close()
	w := gzip.NewWriter(f)
	_, err = io.WriteString(w, ts.ReadFile(args[0]))
	ts.Check(err)
	ts.Check(w.Close())
}

// replace OLD NEW FILE replaces a text that must be in the file.
func replace(ts *testscript.TestScript, _ bool, args []string) {
	before := ts.ReadFile(args[2])
	after := strings.ReplaceAll(before, args[0], args[1])
	if after == before {
		ts.Fatalf("%s is not in %s", args[0], args[2])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(after), 0o600))
}

// keyStoreFile is one that Java wrote.
const keyStoreFile = "../../keystore/testdata/keys.p12"

// fixtures are asymmetric keys and other binary files.
var fixtures = sync.OnceValue(func() map[string][]byte {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	ecKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	encode := func(typ string, der []byte, err error) []byte {
		if err != nil {
			panic(err)
		}
		if typ == "" {
			return der
		}
		return pem.EncodeToMemory(&pem.Block{Type: typ, Bytes: der})
	}
	file := func(typ string) func([]byte, error) []byte {
		return func(der []byte, err error) []byte { return encode(typ, der, err) }
	}
	return map[string][]byte{
		"keys.p12":       file("")(os.ReadFile(keyStoreFile)),
		"rsa.pem":        file("PRIVATE KEY")(x509.MarshalPKCS8PrivateKey(rsaKey)),
		"rsa-public.der": file("")(x509.MarshalPKIXPublicKey(&rsaKey.PublicKey)),
		"ec.der":         file("")(x509.MarshalPKCS8PrivateKey(ecKey)),
		"ec-public.pem":  file("PUBLIC KEY")(x509.MarshalPKIXPublicKey(&ecKey.PublicKey)),
		"broken.gz":      {0x1f, 0x8b, 8},
		"raw32.key":      []byte("0123456789abcdef0123456789abcdef"),
	}
})
