package cmp_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/internal/memkms"
)

// attempts bounds what the client tries, without a pause between.
func attempts(n int) func(*kms.Options) {
	return func(o *kms.Options) {
		o.Retryer = retry.NewStandard(func(r *retry.StandardOptions) {
			r.MaxAttempts = n
			r.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
			r.RateLimiter = noLimit{}
		})
	}
}

type noLimit struct{}

func (noLimit) GetToken(context.Context, uint) (func() error, error) {
	return func() error { return nil }, nil
}
func (noLimit) AddTokens(uint) error { return nil }

// bothWays encrypts and decrypts, each of which makes its calls and fails.
func bothWays(t *testing.T, p cmp.Provider, sealed cmp.MaterialDescription, check func(op string, err error)) {
	t.Helper()
	materials, err := p.EncryptionMaterials(t.Context(), toEncrypt())
	require.Nil(t, materials)
	check("GenerateDataKey", err)
	check("Decrypt", open(t, p, toDecrypt(sealed)))
}

// errCredentials is the one answer to a single call after which another key is not
// tried.
var errCredentials = &smithy.GenericAPIError{Code: "UnrecognizedClientException"}

func TestKMSFailures(t *testing.T) {
	is := func(as func(error) bool) func(error) bool { return as }
	apiError := func(code string) func(error) bool {
		return func(err error) bool {
			e, ok := errors.AsType[smithy.APIError](err)
			return ok && e.ErrorCode() == code
		}
	}
	for _, c := range []struct {
		name  string
		set   func(t *testing.T, double *memkms.KMS, key string)
		calls int
		as    func(error) bool
		says  string // OP stands for the operation
	}{
		{"a disabled key", func(t *testing.T, double *memkms.KMS, key string) {
			require.NoError(t, double.SetState(key, kmstypes.KeyStateDisabled))
		}, 1, is(func(err error) bool { _, ok := errors.AsType[*kmstypes.DisabledException](err); return ok }), "enable the key"},
		{"a key that is pending deletion", func(t *testing.T, double *memkms.KMS, key string) {
			require.NoError(t, double.SetState(key, kmstypes.KeyStatePendingDeletion))
		}, 1, is(func(err error) bool { _, ok := errors.AsType[*kmstypes.KMSInvalidStateException](err); return ok }), "cancel the deletion"},
		{"no permission", func(t *testing.T, double *memkms.KMS, key string) { double.Deny(memkms.Rule{Key: key}) },
			1, apiError("AccessDeniedException"), "the caller needs the permission kms:OP on this key; see docs/troubleshooting.md"},
		{"throttling", func(t *testing.T, double *memkms.KMS, key string) {
			double.Inject(func(memkms.Request) memkms.Fault { return memkms.Fault{Code: "ThrottlingException"} })
		}, 4, apiError("ThrottlingException"), "the retries of the client are spent; see docs/troubleshooting.md"},
		{"a limit", func(t *testing.T, double *memkms.KMS, key string) {
			double.Inject(func(memkms.Request) memkms.Fault { return memkms.Fault{Code: "LimitExceededException"} })
		}, 4, apiError("LimitExceededException"), "docs/troubleshooting.md"},
		{"an internal error", func(t *testing.T, double *memkms.KMS, key string) {
			double.Inject(func(memkms.Request) memkms.Fault { return memkms.Fault{Code: "KMSInternalException"} })
		}, 4, is(func(err error) bool { _, ok := errors.AsType[*kmstypes.KMSInternalException](err); return ok }), "KMSInternalException"},
		{"a dependency that is slow", func(t *testing.T, double *memkms.KMS, key string) {
			double.Inject(func(memkms.Request) memkms.Fault { return memkms.Fault{Code: "DependencyTimeoutException"} })
		}, 4, is(func(err error) bool { _, ok := errors.AsType[*kmstypes.DependencyTimeoutException](err); return ok }), "DependencyTimeout"},
		{"wrong credentials", func(t *testing.T, double *memkms.KMS, key string) {
			double.Inject(func(memkms.Request) memkms.Fault { return memkms.Fault{Code: "UnrecognizedClientException"} })
		}, 1, apiError("UnrecognizedClientException"), "check the AWS credentials"},
		{"a connection that is cut", func(t *testing.T, double *memkms.KMS, key string) {
			double.Inject(func(memkms.Request) memkms.Fault { return memkms.Fault{Cut: true} })
		}, 4, is(func(err error) bool { _, ok := errors.AsType[*smithy.OperationError](err); return ok }), "connection reset"},
		{"a message of the service with verbs and names of failures", func(t *testing.T, double *memkms.KMS, key string) {
			double.Inject(func(memkms.Request) memkms.Fault {
				return memkms.Fault{Code: "AccessDeniedException", Message: "%s %d signature does not match"}
			})
		}, 1, apiError("AccessDeniedException"), "%s %d"},
	} {
		t.Run(c.name, func(t *testing.T) {
			double := memkms.New()
			key := double.CreateKey(ireland)
			p := newKMS(t, double.Client(ireland, attempts(4)), key, cmp.WithDecryptionKeys(double.CreateKey(ireland)))
			sealed := seal(t, p, toEncrypt())
			c.set(t, double, key)
			double.ResetCalls()
			bothWays(t, p, sealed, func(op string, err error) {
				requireKMSError(t, cmp.ErrKeyUnavailable, op, key, err)
				assert.True(t, c.as(err), "%v", err)
				assert.ErrorContains(t, err, strings.ReplaceAll(c.says, "OP", op))
				assert.ErrorContains(t, err, key)
				calls := c.calls
				if op == "Decrypt" && calls == 1 && !c.as(errCredentials) {
					calls++ // under the listed key
				}
				assert.Equal(t, calls, double.Count(op), "no retries but those of the client")
				assert.Equal(t, calls, double.Count(""))
				double.ResetCalls()
			})
		})
	}
}

func TestKeysOfAnotherUseAreRefused(t *testing.T) {
	double := memkms.New()
	for spec, use := range map[kmstypes.KeySpec]kmstypes.KeyUsageType{
		kmstypes.KeySpecHmac256: kmstypes.KeyUsageTypeGenerateVerifyMac, kmstypes.KeySpecRsa2048: kmstypes.KeyUsageTypeEncryptDecrypt,
		kmstypes.KeySpecEccNistP256: kmstypes.KeyUsageTypeSignVerify,
	} {
		t.Run(string(spec), func(t *testing.T) {
			key := double.CreateKey(ireland, memkms.WithSpec(spec, use))
			bothWays(t, newKMS(t, double.Client(ireland), key), fakeDescription(t), func(op string, err error) {
				requireKMSError(t, cmp.ErrKeyUnavailable, op, key, err)
				_, ok := errors.AsType[*kmstypes.InvalidKeyUsageException](err)
				assert.True(t, ok)
				assert.ErrorContains(t, err, "symmetric")
			})
		})
	}
}

func TestUnknownKeys(t *testing.T) {
	double := memkms.New()
	for _, id := range []string{fakeARN, "0a1b", "alias/none", "arn:aws:kms:us-west-2:111122223333:key/0a1b"} {
		t.Run(id, func(t *testing.T) {
			bothWays(t, newKMS(t, double.Client(ireland), id), fakeDescription(t), func(op string, err error) {
				requireKMSError(t, cmp.ErrKeyUnavailable, op, id, err)
				_, ok := errors.AsType[*kmstypes.NotFoundException](err)
				assert.True(t, ok)
				assert.ErrorContains(t, err, "check the key ID and the Region")
			})
		})
	}
}

func TestThrottledCallsAreRetriedByTheClient(t *testing.T) {
	double := memkms.New()
	throttled := memkms.Fault{Code: "ThrottlingException"}
	p := newKMS(t, double.Client(ireland, attempts(3)), double.CreateKey(ireland))
	double.Inject(memkms.InOrder(throttled, throttled, memkms.Fault{}, throttled))
	require.NoError(t, open(t, p, toDecrypt(seal(t, p, toEncrypt()))))
	assert.Equal(t, 3, double.Count("GenerateDataKey"))
	assert.Equal(t, 2, double.Count("Decrypt"))
}

func TestKMSCallsEndWithTheirContext(t *testing.T) {
	double := memkms.New()
	key := double.CreateKey(ireland)
	p := newKMS(t, double.Client(ireland), key, cmp.WithDecryptionKeys(double.CreateKey(ireland)))
	sealed := seal(t, p, toEncrypt())
	double.SetLatency(time.Hour)
	for _, c := range []struct {
		name string
		make func() (context.Context, context.CancelFunc)
		want error
	}{
		{"cancelled before", func() (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			return ctx, cancel
		}, context.Canceled},
		{"cancelled meanwhile", func() (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(context.Background())
			time.AfterFunc(20*time.Millisecond, cancel)
			return ctx, cancel
		}, context.Canceled},
		{"a deadline", func() (context.Context, context.CancelFunc) {
			return context.WithTimeout(context.Background(), 20*time.Millisecond)
		}, context.DeadlineExceeded},
	} {
		for op, call := range map[string]func(context.Context) error{
			"GenerateDataKey": func(ctx context.Context) error { _, err := p.EncryptionMaterials(ctx, toEncrypt()); return err },
			"Decrypt":         func(ctx context.Context) error { _, err := p.DecryptionMaterials(ctx, toDecrypt(sealed)); return err },
		} {
			t.Run(c.name+", in "+op, func(t *testing.T) {
				double.ResetCalls()
				ctx, cancel := c.make()
				defer cancel()
				start := time.Now()
				err := call(ctx)
				assert.Less(t, time.Since(start), 2*time.Second)
				requireKMSError(t, cmp.ErrKeyUnavailable, op, key, err)
				require.ErrorIs(t, err, c.want)
				assert.LessOrEqual(t, double.Count(""), 1)
			})
		}
	}
}

// What no service should answer.
func TestAnswersOfKMSAreChecked(t *testing.T) {
	good := func() *kms.GenerateDataKeyOutput {
		return &kms.GenerateDataKeyOutput{CiphertextBlob: []byte("ciphertext"), Plaintext: bytes.Clone(fakeDataKey), KeyId: aws.String(fakeARN)}
	}
	for name, lie := range map[string]func(*kms.GenerateDataKeyOutput){
		"no plaintext":            func(o *kms.GenerateDataKeyOutput) { o.Plaintext = nil },
		"a short plaintext":       func(o *kms.GenerateDataKeyOutput) { o.Plaintext = o.Plaintext[:31] },
		"a long plaintext":        func(o *kms.GenerateDataKeyOutput) { o.Plaintext = append(o.Plaintext, 1) },
		"no ciphertext":           func(o *kms.GenerateDataKeyOutput) { o.CiphertextBlob = nil },
		"an empty ciphertext":     func(o *kms.GenerateDataKeyOutput) { o.CiphertextBlob = []byte{} },
		"a ciphertext of 9 KiB":   func(o *kms.GenerateDataKeyOutput) { o.CiphertextBlob = make([]byte, 9<<10) },
		"a ciphertext of 8 KiB+1": func(o *kms.GenerateDataKeyOutput) { o.CiphertextBlob = make([]byte, 8<<10+1) },
		"no key":                  func(o *kms.GenerateDataKeyOutput) { o.KeyId = nil },
		"another key":             func(o *kms.GenerateDataKeyOutput) { o.KeyId = aws.String(fakeARN + "c") },
		"nothing":                 func(o *kms.GenerateDataKeyOutput) { *o = kms.GenerateDataKeyOutput{} },
	} {
		t.Run("GenerateDataKey with "+name+" is refused, and the plaintext forgotten", func(t *testing.T) {
			f, answer := &fakeKMS{}, good()
			lie(answer)
			f.generate = func(*kms.GenerateDataKeyInput) (*kms.GenerateDataKeyOutput, error) { return answer, nil }
			materials, err := newKMS(t, f, fakeARN).EncryptionMaterials(t.Context(), toEncrypt())
			assert.Nil(t, materials)
			requireKMSError(t, cmp.ErrKeyUnavailable, "GenerateDataKey", fakeARN, err)
			assert.Equal(t, make([]byte, len(answer.Plaintext)), append([]byte{}, answer.Plaintext...))
			assert.EqualValues(t, 1, f.calls.Load())
		})
	}
	for name, c := range map[string]struct {
		answer kms.DecryptOutput
		class  error
	}{
		"no plaintext":      {kms.DecryptOutput{KeyId: aws.String(fakeARN)}, cmp.ErrDescription},
		"a short plaintext": {kms.DecryptOutput{Plaintext: bytes.Clone(fakeDataKey[:16]), KeyId: aws.String(fakeARN)}, cmp.ErrDescription},
		"a long plaintext":  {kms.DecryptOutput{Plaintext: make([]byte, 64), KeyId: aws.String(fakeARN)}, cmp.ErrDescription},
		"no key":            {kms.DecryptOutput{Plaintext: bytes.Clone(fakeDataKey)}, cmp.ErrKeyUnavailable},
		"another key":       {kms.DecryptOutput{Plaintext: bytes.Clone(fakeDataKey), KeyId: aws.String(fakeARN + "c")}, cmp.ErrKeyUnavailable},
		"nothing":           {kms.DecryptOutput{}, cmp.ErrKeyUnavailable},
	} {
		t.Run("Decrypt with "+name+" is refused, and the plaintext forgotten", func(t *testing.T) {
			f := &fakeKMS{decrypt: func(*kms.DecryptInput) (*kms.DecryptOutput, error) { return &c.answer, nil }}
			requireClass(t, c.class, open(t, newKMS(t, f, fakeARN, cmp.WithDecryptionKeys(fakeARN)), toDecrypt(fakeDescription(t))))
			assert.Equal(t, make([]byte, len(c.answer.Plaintext)), append([]byte{}, c.answer.Plaintext...))
			assert.EqualValues(t, 1, f.calls.Load())
		})
	}
	t.Run("the largest ciphertext is taken", func(t *testing.T) {
		f, answer := &fakeKMS{}, good()
		answer.CiphertextBlob = bytes.Repeat([]byte{7}, 8<<10)
		f.generate = func(*kms.GenerateDataKeyInput) (*kms.GenerateDataKeyOutput, error) { return answer, nil }
		p := newKMS(t, f, fakeARN)
		require.NoError(t, open(t, p, toDecrypt(seal(t, p, toEncrypt()))))
	})
	t.Run("data keys are forgotten after use", func(t *testing.T) {
		f, answer := &fakeKMS{}, good()
		opened := &kms.DecryptOutput{Plaintext: bytes.Clone(fakeDataKey), KeyId: aws.String(fakeARN)}
		f.generate = func(*kms.GenerateDataKeyInput) (*kms.GenerateDataKeyOutput, error) { return answer, nil }
		f.decrypt = func(*kms.DecryptInput) (*kms.DecryptOutput, error) { return opened, nil }
		p := newKMS(t, f, fakeARN)
		require.NoError(t, open(t, p, toDecrypt(seal(t, p, toEncrypt()))))
		assert.Equal(t, make([]byte, 32), answer.Plaintext)
		assert.Equal(t, make([]byte, 32), opened.Plaintext)
	})
	t.Run("neither an answer nor an error is refused", func(t *testing.T) {
		f := &fakeKMS{
			generate: func(*kms.GenerateDataKeyInput) (*kms.GenerateDataKeyOutput, error) { return nil, nil },
			decrypt:  func(*kms.DecryptInput) (*kms.DecryptOutput, error) { return nil, nil },
		}
		bothWays(t, newKMS(t, f, fakeARN), fakeDescription(t), func(op string, err error) {
			requireKMSError(t, cmp.ErrKeyUnavailable, op, fakeARN, err)
		})
	})
	t.Run("errors without types count as unavailable", func(t *testing.T) {
		cause := errors.New("cause")
		f := &fakeKMS{
			generate: func(*kms.GenerateDataKeyInput) (*kms.GenerateDataKeyOutput, error) { return nil, cause },
			decrypt:  func(*kms.DecryptInput) (*kms.DecryptOutput, error) { return nil, cause },
		}
		bothWays(t, newKMS(t, f, fakeARN), fakeDescription(t), func(op string, err error) {
			requireKMSError(t, cmp.ErrKeyUnavailable, op, fakeARN, err)
			require.ErrorIs(t, err, cause)
		})
	})
}

// forms are the ways in which a secret may show in text: each run of bytes of it.
func forms(secret []byte) (all []string) {
	const run = 9
	for at := 0; at+run <= len(secret); at++ {
		part := secret[at : at+run]
		list := strings.Trim(fmt.Sprint(part), "[]")
		all = append(all, string(part), hex.EncodeToString(part), list, strings.ReplaceAll(list, " ", ", "), base64.StdEncoding.EncodeToString(part))
	}
	return all
}

func requireNone(t *testing.T, forms []string, what, text string) {
	t.Helper()
	for _, form := range forms {
		if strings.Contains(text, form) {
			require.FailNow(t, "a secret shows", "%s: %s", what, text)
		}
	}
}

// printed is how programs print an error.
func printed(err error) map[string]string {
	texts := map[string]string{"Error": err.Error()}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		texts[verb] = fmt.Sprintf(verb, err)
	}
	var log bytes.Buffer
	for _, handler := range []slog.Handler{slog.NewTextHandler(&log, nil), slog.NewJSONHandler(&log, nil)} {
		slog.New(handler).Error("text", "err", err, slog.Group("g", "err", err))
	}
	texts["slog"] = log.String()
	data, jsonErr := json.Marshal(err)
	texts["json"] = fmt.Sprint(string(data), jsonErr)
	return texts
}

func TestKMSErrorsShowNoValues(t *testing.T) {
	const canary = "canary-4711-zephyr-quixotic"
	secrets := append(forms([]byte(canary)), forms(fakeDataKey)...)
	values := item{"customer": text(canary), "number": binary([]byte(canary)...), "note": text(canary)}
	double := memkms.New()
	key, other := double.CreateKey(ireland), double.CreateKey(ireland)
	p := newKMS(t, double.Client(ireland, attempts(1)), key)
	sealed := seal(t, p, cmp.EncryptionRequest{Context: orders, Item: values})
	elsewhere := seal(t, newKMS(t, double.Client(ireland), other), cmp.EncryptionRequest{Context: orders, Item: values})
	seen := 0
	check := func(what string, err error) {
		t.Helper()
		require.Error(t, err, what)
		require.NotNil(t, cmp.FailureClass(err), what)
		for way, text := range printed(err) {
			requireNone(t, secrets, what+", "+way, text)
		}
		seen++
	}
	moved := item{"customer": text(canary + "2"), "number": binary([]byte(canary)...)}
	check("moved", open(t, p, cmp.DecryptionRequest{Context: orders, Item: moved, Description: sealed}))
	check("another key", open(t, p, cmp.DecryptionRequest{Context: orders, Item: values, Description: elsewhere}))
	for name, v := range notKeys() {
		i := item{"customer": v, "number": text(canary)}
		_, err := p.EncryptionMaterials(t.Context(), cmp.EncryptionRequest{Context: orders, Item: i})
		check(name, err)
		check(name, open(t, p, cmp.DecryptionRequest{Context: orders, Item: i, Description: sealed}))
	}
	large := item{"customer": text(strings.Repeat(canary, 400)), "number": text(canary)}
	_, err := p.EncryptionMaterials(t.Context(), cmp.EncryptionRequest{Context: orders, Item: large})
	check("a context that is too large", err)
	for _, code := range []string{"AccessDeniedException", "DisabledException", "ThrottlingException", "KMSInternalException", "ValidationException", "NoSuchException"} {
		double.Inject(func(memkms.Request) memkms.Fault { return memkms.Fault{Code: code} })
		_, err := p.EncryptionMaterials(t.Context(), cmp.EncryptionRequest{Context: orders, Item: values})
		check(code, err)
		check(code, open(t, p, cmp.DecryptionRequest{Context: orders, Item: values, Description: sealed}))
	}
	for _, change := range []func(*kms.GenerateDataKeyOutput){
		func(o *kms.GenerateDataKeyOutput) { o.KeyId = nil },
		func(o *kms.GenerateDataKeyOutput) { o.KeyId = aws.String("nonsense") },
		func(o *kms.GenerateDataKeyOutput) { o.Plaintext = o.Plaintext[:31] },
		func(o *kms.GenerateDataKeyOutput) { o.CiphertextBlob = nil },
	} {
		f := &fakeKMS{}
		f.generate = func(*kms.GenerateDataKeyInput) (*kms.GenerateDataKeyOutput, error) {
			o := &kms.GenerateDataKeyOutput{CiphertextBlob: []byte("c"), Plaintext: bytes.Clone(fakeDataKey), KeyId: aws.String(fakeARN)}
			change(o)
			return o, nil
		}
		f.decrypt = func(*kms.DecryptInput) (*kms.DecryptOutput, error) {
			o, _ := f.generate(nil)
			return &kms.DecryptOutput{KeyId: o.KeyId, Plaintext: o.Plaintext}, nil
		}
		lying := newKMS(t, f, fakeARN)
		_, err := lying.EncryptionMaterials(t.Context(), cmp.EncryptionRequest{Context: orders, Item: values})
		check("a lie", err)
		if err := open(t, lying, cmp.DecryptionRequest{Context: orders, Item: values, Description: sealed}); err != nil {
			check("a lie", err)
		}
	}
	require.Greater(t, seen, 50)
}

// answering is an HTTP client with one answer.
type answering struct {
	status int
	body   string
	length int64
}

func (a answering) Do(request *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: a.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: request, ContentLength: a.length,
		Header: http.Header{"Content-Type": {"application/x-amz-json-1.1"}}, Body: io.NopCloser(strings.NewReader(a.body)),
	}, nil
}

// A connection may break in the middle of an answer that has a data key.
func TestBrokenAnswersShowNoDataKey(t *testing.T) {
	secrets := forms(fakeDataKey)
	encoded := base64.StdEncoding.EncodeToString(fakeDataKey)
	secrets = append(secrets, encoded, encoded[4:20], base64.StdEncoding.EncodeToString([]byte(encoded)))
	whole := fmt.Sprintf(`{"Plaintext":%q,"KeyId":%q,"CiphertextBlob":"Yw=="}`, encoded, fakeARN)
	for name, body := range map[string]string{
		"cut off after the plaintext": whole[:strings.Index(whole, "KeyId")],
		"cut off in the plaintext":    whole[:40],
		"cut off at the end":          whole[:len(whole)-1],
		"of another type":             strings.Replace(whole, `"Yw=="`, `[1]`, 1),
		"no base64":                   strings.Replace(whole, encoded, encoded+"!", 1),
		"a key of another type":       strings.Replace(whole, `"KeyId":"`, `"KeyId":{},"x":"`, 1),
		"empty":                       "",
		"no JSON":                     encoded + " is no JSON",
	} {
		t.Run(name, func(t *testing.T) {
			double := memkms.New()
			client := double.Client(ireland, attempts(1), func(o *kms.Options) { o.HTTPClient = answering{200, body, int64(len(body))} })
			bothWays(t, newKMS(t, client, fakeARN), fakeDescription(t), func(op string, err error) {
				if name == "of another type" && op == "Decrypt" {
					require.NoError(t, err, "it is not asked for a ciphertext")
					return
				}
				require.Error(t, err)
				require.NotNil(t, cmp.FailureClass(err))
				for way, text := range printed(err) {
					requireNone(t, secrets, op+", "+way, text)
				}
			})
		})
	}
}

func TestKMSErrorText(t *testing.T) {
	double := memkms.New()
	key := double.CreateKey(ireland)
	p := newKMS(t, double.Client(ireland), key)
	double.Deny(memkms.Rule{})
	bothWays(t, p, fakeDescription(t), func(op string, err error) {
		assert.Equal(t, 1, strings.Count(err.Error(), cmp.ErrKeyUnavailable.Error()), "the class once: %v", err)
		assert.Contains(t, err.Error(), "kms:"+op)
		assert.NotContains(t, err.Error(), "\n")
	})
	t.Run("one that a program makes itself can be printed", func(t *testing.T) {
		err := &cmp.KMSError{Op: "Decrypt", KeyID: key, Err: errors.New("cause")}
		assert.Contains(t, err.Error(), "cause")
		require.NotErrorIs(t, err, cmp.ErrSignature)
		var api smithy.APIError
		require.NotErrorAs(t, err, &api)
	})
}
