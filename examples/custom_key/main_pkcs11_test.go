//go:build pkcs11

package main

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/miekg/pkcs11"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

const testPIN, testLabel = "5678", "custom key"

func TestPKCS11Token(t *testing.T) {
	newSoftHSM(t)
	first, err := openToken(true)
	require.NoError(t, err)
	require.NoError(t, first.Close())
	testToken(t, func(t *testing.T) token { return open(t, false) })
}

func TestPKCS11TokenKeepsItsKeys(t *testing.T) {
	newSoftHSM(t)
	ctx := context.Background()
	writer := open(t, true)
	sealed := seal(t, writer)
	public := writer.PublicKey()
	require.NoError(t, writer.Close())

	reader := open(t, true)
	require.Equal(t, public, reader.PublicKey(), "keys that are there are not created again")
	provider, err := newProvider(reader)
	require.NoError(t, err)
	_, err = crypto.NewEncryptor(provider).DecryptItem(ctx, sealed, accounts, actions)
	require.NoError(t, err)
}

func TestPKCS11KeysDoNotLeaveTheToken(t *testing.T) {
	newSoftHSM(t)
	device := open(t, true)
	session := <-device.sessions
	defer func() { device.sessions <- session }()
	for name, secret := range map[string]struct {
		key       pkcs11.ObjectHandle
		attribute uint
	}{
		"the wrapping key": {device.wrapping, pkcs11.CKA_VALUE},
		"the signing key":  {device.signing, pkcs11.CKA_PRIVATE_EXPONENT},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := device.module.GetAttributeValue(session, secret.key, []*pkcs11.Attribute{pkcs11.NewAttribute(secret.attribute, nil)})
			require.ErrorIs(t, err, pkcs11.Error(pkcs11.CKR_ATTRIBUTE_SENSITIVE))
			_, err = device.module.WrapKey(session, mechanism(pkcs11.CKM_AES_KEY_WRAP), device.wrapping, secret.key)
			require.ErrorIs(t, err, pkcs11.Error(pkcs11.CKR_KEY_UNEXTRACTABLE))
		})
	}
}

func TestPKCS11TokenKeepsNoContentKeys(t *testing.T) {
	newSoftHSM(t)
	device := open(t, true)
	ctx := context.Background()
	wrapped, err := device.WrapKey(ctx, randomBytes(32))
	require.NoError(t, err)
	_, err = device.UnwrapKey(ctx, wrapped)
	require.NoError(t, err)
	_, err = device.UnwrapKey(ctx, randomBytes(40))
	require.ErrorIs(t, err, cmp.ErrCorrupt)

	session := <-device.sessions
	defer func() { device.sessions <- session }()
	keys, err := device.find(session, []*pkcs11.Attribute{pkcs11.NewAttribute(pkcs11.CKA_CLASS, pkcs11.CKO_SECRET_KEY)})
	require.NoError(t, err)
	require.Equal(t, []pkcs11.ObjectHandle{device.wrapping}, keys)
}

func TestPKCS11TokenWaitsForASessionNoLongerThanTheContext(t *testing.T) {
	newSoftHSM(t)
	device := open(t, true)
	for range poolSize {
		session := <-device.sessions
		defer func() { device.sessions <- session }()
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	_, err := device.WrapKey(ctx, randomBytes(32))
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.ErrorContains(t, err, "all 4 sessions are busy")
}

// Items do not depend on where the keys are: here the token gets an AES key that
// the process has as well.
func TestPKCS11TokenSharesItemsWithKeysInMemory(t *testing.T) {
	newSoftHSM(t)
	material := randomBytes(32)
	device := open(t, true)
	replaceWrappingKey(t, device, material)

	memory, err := cmp.NewAESKey(material)
	require.NoError(t, err)
	verification, err := cmp.NewAsymmetricVerificationKey(signatureAlgorithm, device.PublicKey())
	require.NoError(t, err)
	provider, err := cmp.NewWrapped(cmp.WrappedKeys{Unwrapping: memory, Verification: verification})
	require.NoError(t, err)
	ctx := context.Background()
	opened, err := crypto.NewEncryptor(provider).DecryptItem(ctx, seal(t, device), accounts, actions)
	require.NoError(t, err)
	require.Equal(t, &types.AttributeValueMemberS{Value: "secret"}, opened["iban"])

	contentKey := randomBytes(32)
	wrapped, err := memory.Wrap(ctx, contentKey)
	require.NoError(t, err)
	unwrapped, err := device.UnwrapKey(ctx, wrapped)
	require.NoError(t, err)
	require.Equal(t, contentKey, unwrapped)
}

func TestPKCS11KeyThatIsDeletedMeanwhileIsNotAvailable(t *testing.T) {
	newSoftHSM(t)
	device := open(t, true)
	sealed := seal(t, device)
	withWritingSession(t, device, func(session pkcs11.SessionHandle) {
		require.NoError(t, device.module.DestroyObject(session, device.wrapping))
		require.NoError(t, device.module.DestroyObject(session, device.signing))
	})
	ctx := context.Background()
	requireAllFail(ctx, t, device, func(t *testing.T, err error) {
		var code pkcs11.Error
		require.ErrorAs(t, err, &code)
	})
	provider, err := newProvider(device)
	require.NoError(t, err)
	_, err = crypto.NewEncryptor(provider).DecryptItem(ctx, sealed, accounts, actions)
	require.ErrorIs(t, err, crypto.ErrKeyUnavailable, "the item is intact, and must not be reported as corrupt")
}

func TestPKCS11UnwrapErrorsAreTheItemsOrTheTokens(t *testing.T) {
	newSoftHSM(t)
	device := open(t, true)
	withWritingSession(t, device, func(session pkcs11.SessionHandle) {
		working := map[pkcs11.Error]bool{ // is it the item's?
			pkcs11.CKR_WRAPPED_KEY_INVALID:        true,
			pkcs11.CKR_ENCRYPTED_DATA_LEN_RANGE:   true,
			pkcs11.CKR_GENERAL_ERROR:              true,
			pkcs11.CKR_DEVICE_REMOVED:             false,
			pkcs11.CKR_SESSION_HANDLE_INVALID:     false,
			pkcs11.CKR_USER_NOT_LOGGED_IN:         false,
			pkcs11.CKR_KEY_FUNCTION_NOT_PERMITTED: false,
		}
		for code, isItems := range working {
			err := device.unwrapError(session, code)
			require.ErrorIs(t, err, code)
			require.Equal(t, isItems, cmp.FailureClass(err) == cmp.ErrCorrupt, "%v", code)
		}
		require.NoError(t, device.module.DestroyObject(session, device.wrapping))
		err := device.unwrapError(session, pkcs11.Error(pkcs11.CKR_GENERAL_ERROR))
		require.NoError(t, cmp.FailureClass(err), "the key cannot wrap either, so it is the token's")
	})
}

func TestOpenTokenSaysWhatIsMissing(t *testing.T) {
	for name, c := range map[string]struct {
		setUp func(t *testing.T)
		want  string
	}{
		"no wrapping key":    {func(*testing.T) {}, `no key with the label "ddbcrypt-wrapping": check the token, or create the key with -create-keys`},
		"no signing key":     {deleteSigningKey, `no key with the label "ddbcrypt-signing"`},
		"two wrapping keys":  {duplicateWrappingKey, `several keys with the label "ddbcrypt-wrapping"`},
		"wrong PIN":          {func(t *testing.T) { t.Setenv(pinVariable, "9999") }, "log in with DDBCRYPT_PKCS11_PIN: pkcs11: 0xA0: CKR_PIN_INCORRECT"},
		"no PIN":             {func(t *testing.T) { t.Setenv(pinVariable, "") }, "set DDBCRYPT_PKCS11_MODULE to"},
		"no token":           {func(t *testing.T) { t.Setenv(tokenVariable, "other") }, "has a token with this label: check DDBCRYPT_PKCS11_TOKEN"},
		"no module":          {func(t *testing.T) { t.Setenv(moduleVariable, "no-such-module.so") }, "install softhsm2"},
		"module with no API": {func(t *testing.T) { t.Setenv(moduleVariable, "libc.so.6") }, "cannot be loaded"},
	} {
		t.Run(name, func(t *testing.T) {
			newSoftHSM(t)
			c.setUp(t)
			_, err := openToken(false)
			require.ErrorContains(t, err, c.want)
			require.NotContains(t, err.Error(), "9999", "the PIN")
		})
	}
}

// newSoftHSM makes a new token and sets the environment for it.
func newSoftHSM(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	tokens, configuration := filepath.Join(dir, "tokens"), filepath.Join(dir, "softhsm2.conf")
	require.NoError(t, os.Mkdir(tokens, 0o700))
	require.NoError(t, os.WriteFile(configuration, []byte("directories.tokendir = "+tokens+"\nobjectstore.backend = file\nlog.level = ERROR\n"), 0o600))
	t.Setenv("SOFTHSM2_CONF", configuration)
	t.Setenv(moduleVariable, softHSM(t))
	t.Setenv(tokenVariable, testLabel)
	t.Setenv(pinVariable, testPIN)

	const securityOfficerPIN = "1234"
	module := pkcs11.New(os.Getenv(moduleVariable))
	require.NotNil(t, module, "%s cannot be loaded: set %s to the path of libsofthsm2.so, or unset it after apt-get install softhsm2", os.Getenv(moduleVariable), moduleVariable)
	defer module.Destroy()
	require.NoError(t, module.Initialize())
	defer func() { require.NoError(t, module.Finalize()) }()
	slots, err := module.GetSlotList(true)
	require.NoError(t, err)
	require.Len(t, slots, 1, "one slot with a token that is not initialized")
	require.NoError(t, module.InitToken(slots[0], securityOfficerPIN, testLabel))
	session, err := module.OpenSession(slots[0], pkcs11.CKF_SERIAL_SESSION|pkcs11.CKF_RW_SESSION)
	require.NoError(t, err)
	require.NoError(t, module.Login(session, pkcs11.CKU_SO, securityOfficerPIN))
	require.NoError(t, module.InitPIN(session, testPIN))
}

// softHSM returns the path of the module: that of the environment, or the first
// of those where distributions install it.
func softHSM(t *testing.T) string {
	t.Helper()
	if path := os.Getenv(moduleVariable); path != "" {
		return path
	}
	for _, path := range []string{
		"/usr/lib/softhsm/libsofthsm2.so",
		"/usr/lib64/softhsm/libsofthsm2.so",
		"/usr/lib64/pkcs11/libsofthsm2.so",
		"/usr/local/lib/softhsm/libsofthsm2.so",
		"/opt/homebrew/lib/softhsm/libsofthsm2.so",
	} {
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	require.FailNow(t, "no SoftHSM", "the tests with the tag pkcs11 need it: apt-get install softhsm2, or set %s to the path of libsofthsm2.so", moduleVariable)
	return ""
}

// open closes the token at the end, unless the test has done so.
func open(t *testing.T, createKeys bool) *pkcs11Token {
	t.Helper()
	opened, err := openToken(createKeys)
	require.NoError(t, err)
	device := opened.(*pkcs11Token)
	t.Cleanup(func() {
		session, isOpen := <-device.sessions
		if isOpen {
			device.sessions <- session
			require.NoError(t, device.Close())
		}
	})
	return device
}

func seal(t *testing.T, device token) crypto.Item {
	t.Helper()
	provider, err := newProvider(device)
	require.NoError(t, err)
	sealed, err := crypto.NewEncryptor(provider).EncryptItem(context.Background(), crypto.Item{
		"id":   &types.AttributeValueMemberS{Value: "a-1"},
		"iban": &types.AttributeValueMemberS{Value: "secret"},
	}, accounts, actions)
	require.NoError(t, err)
	return sealed
}

func withWritingSession(t *testing.T, device *pkcs11Token, use func(pkcs11.SessionHandle)) {
	t.Helper()
	slot, err := device.slot()
	require.NoError(t, err)
	session, err := device.module.OpenSession(slot, pkcs11.CKF_SERIAL_SESSION|pkcs11.CKF_RW_SESSION)
	require.NoError(t, err)
	use(session)
	require.NoError(t, device.module.CloseSession(session))
}

func replaceWrappingKey(t *testing.T, device *pkcs11Token, material []byte) {
	t.Helper()
	withWritingSession(t, device, func(session pkcs11.SessionHandle) {
		require.NoError(t, device.module.DestroyObject(session, device.wrapping))
		var err error
		device.wrapping, err = device.module.CreateObject(session, []*pkcs11.Attribute{
			pkcs11.NewAttribute(pkcs11.CKA_CLASS, pkcs11.CKO_SECRET_KEY),
			pkcs11.NewAttribute(pkcs11.CKA_KEY_TYPE, pkcs11.CKK_AES),
			pkcs11.NewAttribute(pkcs11.CKA_LABEL, wrappingLabel),
			pkcs11.NewAttribute(pkcs11.CKA_TOKEN, true),
			pkcs11.NewAttribute(pkcs11.CKA_WRAP, true),
			pkcs11.NewAttribute(pkcs11.CKA_UNWRAP, true),
			pkcs11.NewAttribute(pkcs11.CKA_VALUE, material),
		})
		require.NoError(t, err)
	})
}

// deleteSigningKey deletes it from a token that had both keys.
func deleteSigningKey(t *testing.T) {
	t.Helper()
	device := open(t, true)
	withWritingSession(t, device, func(session pkcs11.SessionHandle) {
		require.NoError(t, device.module.DestroyObject(session, device.signing))
	})
	require.NoError(t, device.Close())
}

func duplicateWrappingKey(t *testing.T) {
	t.Helper()
	device := open(t, true)
	withWritingSession(t, device, func(session pkcs11.SessionHandle) {
		_, err := device.createWrapping(session)
		require.NoError(t, err)
	})
	require.NoError(t, device.Close())
}
