// SPDX-License-Identifier: Apache-2.0
// RunTrino PORT NAME=VALUE...: a Trino coordinator with the catalogue "memory"; NAME=VALUE are its settings. Runs until it is ended.
import static io.trino.testing.TestingSession.testSessionBuilder;
import io.trino.plugin.memory.MemoryPlugin;
import io.trino.testing.DistributedQueryRunner;
import java.util.HashMap;
import java.util.Map;

public class RunTrino {
    public static void main(String[] words) throws Exception {
        Map<String, String> settings = new HashMap<>(Map.of("http-server.http.port", words[0]));
        for (int i = 1; i < words.length; i++) settings.put(words[i].split("=", 2)[0], words[i].split("=", 2)[1]);
        DistributedQueryRunner trino = DistributedQueryRunner.builder(testSessionBuilder().setCatalog("memory").setSchema("default").build()).setWorkerCount(0).setCoordinatorProperties(settings).build();
        trino.installPlugin(new MemoryPlugin());
        trino.createCatalog("memory", "memory", Map.of());
        System.out.println("ready");
        Thread.sleep(Long.MAX_VALUE);
    }
}
