//go:build pkcs11

package main

import (
	"context"
	"crypto/rsa"
	"errors"
	"fmt"
	"os"

	"github.com/miekg/pkcs11"
)

// What the token is. The PIN comes from the environment so that it is in no
// list of processes and in no file of the program.
const (
	moduleVariable = "DDBCRYPT_PKCS11_MODULE" // path of the module, a shared library
	tokenVariable  = "DDBCRYPT_PKCS11_TOKEN"  // label of the token
	pinVariable    = "DDBCRYPT_PKCS11_PIN"    // PIN of the user
)

// poolSize is how many operations the token does at a time.
const poolSize = 4

// pkcs11Token is a token behind PKCS#11. A session does one operation at a time,
// so each operation borrows a session of its own. What the token reports is
// passed on; if it has lost its sessions, it must be opened again.
type pkcs11Token struct {
	module            *pkcs11.Ctx
	label             string
	sessions          chan pkcs11.SessionHandle // closed when the token is
	wrapping, signing pkcs11.ObjectHandle
	public            *rsa.PublicKey
}

// openToken logs in to the token of the environment and finds its keys, or
// creates those that it lacks.
func openToken(createKeys bool) (token, error) {
	path, label, pin := os.Getenv(moduleVariable), os.Getenv(tokenVariable), os.Getenv(pinVariable)
	if path == "" || label == "" || pin == "" {
		return nil, fmt.Errorf("set %s to the path of a PKCS#11 module, %s to the label of a token and %s to its PIN", moduleVariable, tokenVariable, pinVariable)
	}
	module := pkcs11.New(path)
	if module == nil {
		return nil, fmt.Errorf("%s: the PKCS#11 module %q cannot be loaded; for SoftHSM install softhsm2", moduleVariable, path)
	}
	if err := module.Initialize(); err != nil {
		module.Destroy()
		return nil, fmt.Errorf("initialize the PKCS#11 module: %w", err)
	}
	t := &pkcs11Token{module: module, label: label, sessions: make(chan pkcs11.SessionHandle, poolSize)}
	if err := t.open(pin, createKeys); err != nil {
		return nil, errors.Join(fmt.Errorf("%v: %w", t, err), t.unload())
	}
	return t, nil
}

func (t *pkcs11Token) open(pin string, createKeys bool) error {
	slot, err := t.slot()
	if err != nil {
		return err
	}
	// A session that can write, as creating keys needs one. Login is for all
	// sessions of the process with the token.
	session, err := t.module.OpenSession(slot, pkcs11.CKF_SERIAL_SESSION|pkcs11.CKF_RW_SESSION)
	if err != nil {
		return fmt.Errorf("open a session: %w", err)
	}
	if err := t.module.Login(session, pkcs11.CKU_USER, pin); err != nil {
		return fmt.Errorf("log in with %s: %w", pinVariable, err)
	}
	if err := t.findKeys(session, createKeys); err != nil {
		return err
	}
	for range poolSize {
		pooled, err := t.module.OpenSession(slot, pkcs11.CKF_SERIAL_SESSION)
		if err != nil {
			return fmt.Errorf("open a session: %w", err)
		}
		t.sessions <- pooled
	}
	return t.module.CloseSession(session)
}

func (t *pkcs11Token) slot() (uint, error) {
	slots, err := t.module.GetSlotList(true)
	if err != nil {
		return 0, fmt.Errorf("list the slots: %w", err)
	}
	for _, slot := range slots {
		if info, err := t.module.GetTokenInfo(slot); err == nil && info.Label == t.label {
			return slot, nil
		}
	}
	return 0, fmt.Errorf("none of %d slots has a token with this label: check %s and that the token is there", len(slots), tokenVariable)
}

// inSession runs operation in a session that nobody else uses meanwhile. It
// waits for a session for as long as ctx lives; a call to the module that has
// begun cannot be interrupted.
func (t *pkcs11Token) inSession(ctx context.Context, operation func(pkcs11.SessionHandle) ([]byte, error)) ([]byte, error) {
	if err := ctx.Err(); err != nil { // select takes any branch that is ready
		return nil, err
	}
	select {
	case session, open := <-t.sessions:
		if !open {
			return nil, errors.New("it is closed")
		}
		defer func() { t.sessions <- session }()
		return operation(session)
	case <-ctx.Done():
		return nil, fmt.Errorf("all %d sessions are busy: %w", poolSize, ctx.Err())
	}
}

func (t *pkcs11Token) String() string { return fmt.Sprintf("PKCS#11 token %q", t.label) }

func (t *pkcs11Token) PublicKey() *rsa.PublicKey { return t.public }

func (t *pkcs11Token) Close() error {
	for range poolSize {
		<-t.sessions
	}
	close(t.sessions)
	return t.unload()
}

// unload ends the process's use of the module, with its sessions and login.
func (t *pkcs11Token) unload() error {
	defer t.module.Destroy()
	if err := t.module.Finalize(); err != nil {
		return fmt.Errorf("finalize the PKCS#11 module: %w", err)
	}
	return nil
}
