//go:build integration

package keystore

import (
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestKeytool makes the stores anew, by the keytool and openssl of this machine.
func TestKeytool(t *testing.T) {
	dir := t.TempDir()
	output, err := exec.CommandContext(t.Context(), "testdata/make.sh", dir).CombinedOutput()
	require.NoError(t, err, "%s", output)
	checkStores(t, dir)
}
