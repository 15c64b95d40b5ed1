package cmp

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"
)

// Keys of the material description that providers write and read
// (docs/wire-format.md §2).
const (
	DescriptionContentKeyAlgorithm = "amzn-ddb-env-alg"
	DescriptionContentKey          = "amzn-ddb-env-key"
	DescriptionWrapAlgorithm       = "amzn-ddb-wrap-alg"
)

// MaxDescriptionSize is the largest serialized material description, in
// bytes, that is read or written.
const MaxDescriptionSize = 64 << 10

const descriptionLengthSize = 4

// MaterialDescription says how an item was encrypted and signed. It is stored
// in the item, in the clear and unsigned: whoever can write the item can choose
// it. Providers compare it with what was configured and never obey it.
//
// Source: developer guide, "Material description".
type MaterialDescription map[string]string

// ParseMaterialDescription reads the content of a material description
// attribute. Another version than 0, truncated or oversized lengths, a key
// twice, invalid UTF-8 and more than [MaxDescriptionSize] bytes are refused with
// [ErrDescription].
func ParseMaterialDescription(data []byte) (MaterialDescription, error) {
	if len(data) > MaxDescriptionSize {
		return nil, fmt.Errorf("%w: %d bytes are more than %d", ErrDescription, len(data), MaxDescriptionSize)
	}
	if len(data) < descriptionLengthSize {
		return nil, fmt.Errorf("%w: no version", ErrDescription)
	}
	if version := binary.BigEndian.Uint32(data); version != 0 {
		return nil, fmt.Errorf("%w: version %d is not 0", ErrDescription, version)
	}
	body := data[descriptionLengthSize:]
	count, err := countDescriptionEntries(body)
	if err != nil {
		return nil, err
	}
	// Growing a map step by step would cost twice as much memory.
	description := make(MaterialDescription, count)
	for rest := body; len(rest) > 0; {
		var key, value []byte
		key, rest, _ = cutDescriptionText(rest)
		value, rest, _ = cutDescriptionText(rest)
		if _, twice := description[string(key)]; twice {
			return nil, fmt.Errorf("%w: a key stands twice", ErrDescription)
		}
		description[string(key)] = string(value)
	}
	return description, nil
}

// countDescriptionEntries checks all texts before any of them is copied.
func countDescriptionEntries(body []byte) (count int, err error) {
	for rest := body; len(rest) > 0; count++ {
		if _, rest, err = cutDescriptionText(rest); err != nil {
			return 0, fmt.Errorf("%w: key %d: %w", ErrDescription, count+1, err)
		}
		if _, rest, err = cutDescriptionText(rest); err != nil {
			return 0, fmt.Errorf("%w: value %d: %w", ErrDescription, count+1, err)
		}
	}
	return count, nil
}

func cutDescriptionText(data []byte) (text, rest []byte, err error) {
	if len(data) < descriptionLengthSize {
		return nil, nil, errors.New("its length is cut off")
	}
	n := binary.BigEndian.Uint32(data)
	data = data[descriptionLengthSize:]
	if uint64(n) > uint64(len(data)) {
		return nil, nil, errors.New("its length goes beyond the end")
	}
	if !utf8.Valid(data[:n]) {
		return nil, nil, errors.New("it is not UTF-8")
	}
	return data[:n], data[n:], nil
}

// Serialize returns the content of the material description attribute, keys
// sorted. It fails with [ErrConfig] for what [ParseMaterialDescription] would
// refuse.
func (d MaterialDescription) Serialize() ([]byte, error) {
	size := descriptionLengthSize
	for key, value := range d {
		if !utf8.ValidString(key) || !utf8.ValidString(value) {
			return nil, fmt.Errorf("material description: a key or value is not UTF-8: %w", ErrConfig)
		}
		size += 2*descriptionLengthSize + len(key) + len(value)
	}
	if size > MaxDescriptionSize {
		return nil, fmt.Errorf("material description: %d bytes are more than %d: %w", size, MaxDescriptionSize, ErrConfig)
	}
	data := make([]byte, descriptionLengthSize, size)
	keys := make([]string, 0, len(d))
	for key := range d {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		data = appendDescriptionText(data, key)
		data = appendDescriptionText(data, d[key])
	}
	return data, nil
}

func appendDescriptionText(data []byte, text string) []byte {
	data = binary.BigEndian.AppendUint32(data, uint32(len(text)))
	return append(data, text...)
}
