package memkms

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"maps"
	"slices"
)

// A ciphertext blob is a version byte, the id of the key (36 bytes, that of
// relatives being the same), and the nonce, ciphertext and tag of AES-256-GCM.
// The authenticated data is all that comes before the nonce, and the encryption
// context.
const (
	blobVersion = 1
	keyIDSize   = 36
	blobHeader  = 1 + keyIDSize
)

// material is the secret of a key, shared by its replicas.
type material struct {
	id     string // what KMS calls the KeyMaterialId
	secret []byte
}

func newMaterial() *material {
	return &material{hex.EncodeToString(randomBytes(32)), randomBytes(32)}
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return b
}

func (m *material) aead() (cipher.AEAD, error) {
	block, err := aes.NewCipher(m.secret)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// seal makes a ciphertext blob.
func (k *key) seal(plaintext []byte, context map[string]string) ([]byte, error) {
	aead, err := k.material.aead()
	if err != nil {
		return nil, err
	}
	header := append([]byte{blobVersion}, k.id...)
	return aead.Seal(header, nil, plaintext, authenticated(header, context)), nil
}

// open decrypts a ciphertext blob that seal made with this key or a relative.
func (k *key) open(blob []byte, context map[string]string) ([]byte, error) {
	aead, err := k.material.aead()
	if err != nil {
		return nil, err
	}
	plaintext, err := aead.Open(nil, nil, blob[blobHeader:], authenticated(blob[:blobHeader], context))
	if err != nil {
		return nil, invalidCiphertext()
	}
	return plaintext, nil
}

// blobKeyID returns the id of the key that a blob claims to be from, "" if it
// is no blob of ours.
func blobKeyID(blob []byte) string {
	if len(blob) < blobHeader || blob[0] != blobVersion {
		return ""
	}
	return string(blob[1:blobHeader])
}

// authenticated is the additional authenticated data: the same for the same
// pairs in any order, and different for different ones.
func authenticated(header []byte, context map[string]string) []byte {
	data := slices.Clone(header)
	for _, name := range slices.Sorted(maps.Keys(context)) {
		for _, s := range [...]string{name, context[name]} {
			data = binary.BigEndian.AppendUint32(data, uint32(len(s)))
			data = append(data, s...)
		}
	}
	return data
}
