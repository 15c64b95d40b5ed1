//go:build !pkcs11

package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestStandIn(t *testing.T) {
	testToken(t, func(t *testing.T) token {
		device, err := openToken(false)
		require.NoError(t, err)
		require.Contains(t, device.String(), "stand-in")
		require.Contains(t, device.String(), "protects no key")
		return device
	})
}
