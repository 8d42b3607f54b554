/* SPDX-License-Identifier: Apache-2.0 */
/* RunOpenSearch BASE NAME=VALUE...: one OpenSearch node (2.x, 3.x) in this process until it is killed; settings as given.
 * -Dplugins=CLASS loads a plugin that lies on the class path. */
import org.codelibs.opensearch.runner.OpenSearchRunner;

public class RunOpenSearch {
    public static void main(String[] args) throws Exception {
        OpenSearchRunner runner = new OpenSearchRunner();
        runner.onBuild((number, settings) -> {
            for (int i = 1; i < args.length; i++) {
                String[] pair = args[i].split("=", 2);
                settings.put(pair[0], pair[1]);
            }
        });
        OpenSearchRunner.Configs configs = OpenSearchRunner.newConfigs().basePath(args[0]).numOfNode(1).clusterName("support");
        String plugins = System.getProperty("plugins");
        runner.build(plugins == null ? configs : configs.pluginTypes(plugins));
        Thread.sleep(Long.MAX_VALUE);
    }
}
